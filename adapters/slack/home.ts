import { identityOf, speakerOf, type Context } from './context.ts'
import { homeView } from './blocks/home.ts'

/** The App Home, as things are now. */
export const showHome = async (context: Context, user: string): Promise<void> => {
  const { ports, calls, limits } = context
  const by = identityOf(context, user)
  const me = await ports.say('whoami', speakerOf(context, user, { id: `home/${user}`, room: null }))
  const mine = await ports.ask({ ask: 'list', scope: 'mine' }, by)
  const pools = await ports.ask({ ask: 'pools' }, by)
  const at = await ports.look((_fleet, now) => now)
  await calls.publishHome(
    user,
    homeView({ me: [...me.room, ...me.person], mine, pools, at, extendMs: limits.extendMs }),
  )
}
