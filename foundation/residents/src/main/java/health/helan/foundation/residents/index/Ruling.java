package health.helan.foundation.residents.index;

/** What people said about a pair. The codes are stored. */
public enum Ruling {
  NONE(0),
  SAME(1),
  NOT_SAME(2);

  private final short code;

  Ruling(int code) {
    this.code = (short) code;
  }

  public short code() {
    return code;
  }

  static Ruling of(int code) {
    for (Ruling ruling : values()) {
      if (ruling.code == code) {
        return ruling;
      }
    }
    throw new IllegalArgumentException("no ruling " + code);
  }
}
