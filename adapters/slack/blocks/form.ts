import type { types } from '@slack/bolt'
import type { PoolView } from '#core'
import { GET_FORM } from '../surface.ts'

const plain = (text: string): types.PlainTextElement => ({ type: 'plain_text', text })

/** Slack shows no more choices. */
const MOST_POOLS = 100

/** The form for `get`: each block is named as the argument that it fills. */
export const getForm = (pools: readonly PoolView[]): types.ModalView => {
  const options = pools
    .filter(({ draining }) => !draining)
    .slice(0, MOST_POOLS)
    .map(({ name, states, machines }) => ({
      text: plain(`${name}: ${states.ready ?? 0} free of ${machines}`),
      value: name,
    }))
  const view = { type: 'modal', callback_id: GET_FORM, title: plain('Get a machine') } as const
  if (options.length === 0) {
    const blocks: types.KnownBlock[] = [
      { type: 'section', text: plain('There are no pools yet: an operator names them in the config.') },
    ]
    return { ...view, close: plain('Close'), blocks }
  }
  return {
    ...view,
    submit: plain('Get'),
    close: plain('Cancel'),
    blocks: [
      input('type', 'Pool', { type: 'static_select', action_id: 'value', options, initial_option: options[0]! }),
      input('count', 'How many', {
        type: 'number_input',
        action_id: 'value',
        is_decimal_allowed: false,
        initial_value: '1',
      }),
      input(
        'for',
        'For how long',
        {
          type: 'plain_text_input',
          action_id: 'value',
          placeholder: plain("4h; your tenant's own length, or the pool's, unless said"),
        },
        true,
      ),
      input(
        'reason',
        'What for',
        { type: 'plain_text_input', action_id: 'value', max_length: 200, placeholder: plain('kernel bisect') },
        true,
      ),
    ],
  }
}

const input = (
  name: string,
  label: string,
  element: types.InputBlock['element'],
  optional = false,
): types.InputBlock => ({ type: 'input', block_id: name, label: plain(label), element, optional })
