package health.helan.foundation.residents.index;

/** What a pair of records is at the moment. The codes are stored. */
public enum Status {
  NOTHING(0),
  /** Waits for people. */
  REVIEW(1),
  /** Holds its two records together in one person. */
  LINKED(2);

  private final short code;

  Status(int code) {
    this.code = (short) code;
  }

  public short code() {
    return code;
  }

  static Status of(int code) {
    for (Status status : values()) {
      if (status.code == code) {
        return status;
      }
    }
    throw new IllegalArgumentException("no status " + code);
  }
}
