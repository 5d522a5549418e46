/** A token that Slack will never take, in words for whoever starts Duffy. */
export class BadSlack extends Error {
  override readonly name = 'BadSlack'
}
