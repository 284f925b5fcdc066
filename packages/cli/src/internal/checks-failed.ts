/** What was looked at is not as it should be: the result of a check that was asked to fail, not a mistake of the user or of ours. */
export class ChecksFailed extends Error {
  override name = "ChecksFailed";
}
