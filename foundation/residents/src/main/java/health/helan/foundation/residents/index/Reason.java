package health.helan.foundation.residents.index;

/** Why a pair waits for people, or is held together. The codes are stored. */
public enum Reason {
  NONE(0, "none"),
  /** Compared as possibly the same. */
  POSSIBLE(1, "possible"),
  /** Compared as the same, but with them two valid numbers would stand in one person. */
  NUMBERS(2, "numbers"),
  /** Compared as the same as two records that cannot be one person: twins, for instance. */
  UNSURE(3, "unsure"),
  /** Compared as the same, but one of them is a person whom nobody has identified. */
  UNIDENTIFIED(4, "unidentified"),
  /** People decided, and the records now say otherwise. */
  CHANGED(5, "changed"),
  /** Compared as the same. */
  SAME(6, "same"),
  /** People said so. */
  RULED(7, "ruled"),
  /** Compared as the same, but people said that two records of these persons are not the same. */
  REFUSED(8, "refused");

  private final short number;
  private final String code;

  Reason(int number, String code) {
    this.number = (short) number;
    this.code = code;
  }

  public short number() {
    return number;
  }

  /** As operations say it. */
  public String code() {
    return code;
  }

  public static Reason of(int number) {
    for (Reason reason : values()) {
      if (reason.number == number) {
        return reason;
      }
    }
    throw new IllegalArgumentException("no reason " + number);
  }
}
