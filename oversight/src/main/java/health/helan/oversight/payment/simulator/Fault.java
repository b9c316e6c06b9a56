package health.helan.oversight.payment.simulator;

/** What a channel does wrong with the next thing that it is asked, or that it tells. */
public enum Fault {
  NONE,
  /** The request never arrives. */
  LOSE_REQUEST,
  /** It is done, and the answer never arrives. */
  LOSE_ANSWER,
  /** The channel says no. */
  REFUSE,
  /** It says that a payment is closed, and takes the money yet. */
  LIE,
  /** It says of a payment that it is waited for, though it has the money. */
  LATE,
  /** A notification is told twice. */
  TWICE,
  /** A notification is never told. */
  NEVER
}
