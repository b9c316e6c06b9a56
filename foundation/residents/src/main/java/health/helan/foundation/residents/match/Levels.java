package health.helan.foundation.residents.match;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** At which level each field of two Patients agrees. */
final class Levels {
  static final byte MISSING = -1;
  private static final int FIELDS = Field.values().length;

  static final byte FAMILY_DIFFERENT = Field.FAMILY.level("different");
  static final byte GIVEN_EXACT = Field.GIVEN.level("exact");
  static final byte GIVEN_ABRIDGED = Field.GIVEN.level("abridged");
  static final byte GIVEN_CLOSE = Field.GIVEN.level("close");
  static final byte GIVEN_ONE = Field.GIVEN.level("one-character");
  static final byte GIVEN_DIFFERENT = Field.GIVEN.level("different");
  static final byte BIRTH_EXACT = Field.BIRTH.level("exact");
  static final byte BIRTH_NEAR = Field.BIRTH.level("near");
  static final byte BIRTH_DIFFERENT = Field.BIRTH.level("different");
  private static final byte FAMILY_VARIANT = Field.FAMILY.level("variant");
  private static final byte FAMILY_SOUND = Field.FAMILY.level("same-pinyin");
  private static final byte FAMILY_NEAR = Field.FAMILY.level("near-pinyin");
  private static final byte FAMILY_ALIKE = Field.FAMILY.level("look-alike");
  static final byte FAMILY_LATIN = Field.FAMILY.level("same-latin");
  private static final byte FAMILY_CLOSE = Field.FAMILY.level("close");
  static final byte GIVEN_VARIANT = Field.GIVEN.level("variant");
  private static final byte GIVEN_SOUND = Field.GIVEN.level("same-pinyin");
  private static final byte GIVEN_NEAR = Field.GIVEN.level("near-pinyin");
  private static final byte GIVEN_ALIKE = Field.GIVEN.level("look-alike");
  private static final byte GIVEN_TYPED = Field.GIVEN.level("typed-pinyin");
  private static final byte GIVEN_SWAPPED = Field.GIVEN.level("swapped");
  static final byte GIVEN_LATIN = Field.GIVEN.level("same-latin");
  private static final byte GIVEN_INITIAL = Field.GIVEN.level("initial");
  private static final byte BIRTH_LUNAR = Field.BIRTH.level("lunar");
  private static final byte BIRTH_PARTIAL = Field.BIRTH.level("partial");
  private static final byte BIRTH_SWAPPED = Field.BIRTH.level("swapped");
  private static final byte BIRTH_TYPO = Field.BIRTH.level("typo");
  private static final byte BIRTH_YEAR_OFF = Field.BIRTH.level("year-off");
  private static final byte STREET_DIFFERENT = Field.STREET.level("different");
  private static final byte STREET_HOUSE = Field.STREET.level("house");
  private static final byte STREET_NUMBER = Field.STREET.level("number");
  private static final byte STREET_STREET = Field.STREET.level("street");

  final byte[] of = new byte[FIELDS];

  /** The names that were compared; null when either has none. */
  @Nullable PersonName name;

  @Nullable PersonName otherName;

  /** The dates of birth as the records say them themselves. */
  final byte statedBirth;

  /** One has the other's identity number with a slip of the key. */
  boolean mistypedNumber;

  private byte family;
  private byte given;

  Levels(Traits a, Traits b) {
    Arrays.fill(of, MISSING);
    names(a, b);
    statedBirth = birth(a.birth, a.lunarBirth, b.birth, b.lunarBirth);
    set(Field.BIRTH, birth(a, b));
    set(Field.SEX, a.sex == 0 || b.sex == 0 ? MISSING : a.sex == b.sex ? 0 : (byte) 1);
    set(Field.PHONE, phone(a.phones, b.phones));
    places(a.places, b.places);
    numbers(a, b);
    others(a, b);
    if (!a.mother.isEmpty() && !b.mother.isEmpty()) {
      set(Field.MOTHER, a.mother.equals(b.mother) ? 0 : (byte) 1);
    }
  }

  byte get(Field field) {
    return of[field.ordinal()];
  }

  private void set(Field field, byte level) {
    of[field.ordinal()] = level;
  }

  // --- names

  private void names(Traits a, Traits b) {
    int best = Integer.MAX_VALUE;
    for (PersonName one : a.names) {
      for (PersonName other : b.names) {
        name(one, other);
        int rank = given * 32 + family;
        if (rank < best) {
          best = rank;
          name = one;
          otherName = other;
          set(Field.FAMILY, family);
          set(Field.GIVEN, given);
        }
      }
    }
  }

  private void name(PersonName a, PersonName b) {
    family = MISSING;
    given = MISSING;
    if (a.han != b.han) {
      typed(a.han ? a : b, a.han ? b : a);
    } else if (!a.han) {
      latin(a, b);
    } else if (a.dotted || b.dotted) {
      given = whole(a, b);
    } else if (a.whole.equals(b.whole)) {
      family = 0;
      given = a.given.isEmpty() ? MISSING : 0;
    } else if (isTurned(a, b)) {
      given = GIVEN_SWAPPED;
    } else {
      family = hanFamily(a, b);
      given = hanGiven(a, b);
    }
  }

  private static boolean isTurned(PersonName a, PersonName b) {
    return a.whole.length() == b.whole.length()
        && !a.given.isEmpty()
        && a.given.length() + a.family.length() == b.whole.length()
        && (b.whole.startsWith(a.given) && b.whole.endsWith(a.family)
            || a.whole.startsWith(b.given) && a.whole.endsWith(b.family));
  }

  private static byte hanFamily(PersonName a, PersonName b) {
    String one = a.family;
    String other = b.family;
    if (one.isEmpty() || other.isEmpty()) {
      return MISSING;
    }
    if (one.equals(other)) {
      return 0;
    }
    if (one.length() != other.length()) {
      // 欧阳娜 as 欧 阳娜.
      return one.startsWith(other) || other.startsWith(one) ? FAMILY_CLOSE : FAMILY_DIFFERENT;
    }
    byte worst = 0;
    for (int i = 0; i < one.length(); i++) {
      char x = one.charAt(i);
      char y = other.charAt(i);
      if (PersonName.isUnknown(x) || PersonName.isUnknown(y)) {
        return MISSING;
      }
      byte level =
          x == y
              ? 0
              : Han.variant(x) == Han.variant(y)
                  ? FAMILY_VARIANT
                  : i < a.sounds().length
                          && i < b.sounds().length
                          && (a.sounds()[i] >= 0 && a.sounds()[i] == b.sounds()[i]
                              || Han.sameSound(x, y))
                      ? FAMILY_SOUND
                      : Han.nearSound(x, y)
                          ? FAMILY_NEAR
                          : Han.alike(x, y) ? FAMILY_ALIKE : FAMILY_DIFFERENT;
      worst = level > worst ? level : worst;
    }
    return worst;
  }

  private static byte hanGiven(PersonName a, PersonName b) {
    String one = a.given;
    String other = b.given;
    if (one.isEmpty() || other.isEmpty()) {
      return MISSING;
    }
    if (one.equals(other)) {
      return 0;
    }
    if (one.length() != other.length()) {
      return sharesOne(one, other) ? GIVEN_ABRIDGED : GIVEN_DIFFERENT;
    }
    byte worst = 0;
    int same = 0;
    for (int i = 0; i < one.length(); i++) {
      char x = one.charAt(i);
      char y = other.charAt(i);
      byte level;
      if (x == y) {
        level = 0;
        same++;
      } else if (PersonName.isUnknown(x) || PersonName.isUnknown(y)) {
        level = GIVEN_ABRIDGED;
      } else if (Han.variant(x) == Han.variant(y)) {
        level = GIVEN_VARIANT;
      } else if (Han.sameSound(x, y)) {
        level = GIVEN_SOUND;
      } else if (Han.nearSound(x, y)) {
        level = GIVEN_NEAR;
      } else {
        level = Han.alike(x, y) ? GIVEN_ALIKE : GIVEN_DIFFERENT;
      }
      worst = level > worst ? level : worst;
    }
    if (worst != GIVEN_DIFFERENT) {
      return worst;
    }
    if (one.length() == 2 && one.charAt(0) == other.charAt(1) && one.charAt(1) == other.charAt(0)) {
      return GIVEN_SWAPPED;
    }
    return same > 0 ? GIVEN_ONE : GIVEN_DIFFERENT;
  }

  private static boolean sharesOne(String one, String other) {
    String shorter = one.length() < other.length() ? one : other;
    String longer = one.length() < other.length() ? other : one;
    return Text.isSubsequence(shorter, longer);
  }

  /** Names of several parts: 买买提·艾力, 买买提艾力, 买买提, 麦麦提·艾力. */
  private static byte whole(PersonName a, PersonName b) {
    String one = a.whole;
    String other = b.whole;
    if (one.equals(other)) {
      return GIVEN_EXACT;
    }
    if (one.equals(b.family + b.given) || other.equals(a.family + a.given)) {
      return GIVEN_SWAPPED;
    }
    String shorter = one.length() < other.length() ? one : other;
    String longer = one.length() < other.length() ? other : one;
    if (shorter.length() >= 2 && longer.startsWith(shorter)) {
      return GIVEN_ABRIDGED;
    }
    if (one.length() == other.length()) {
      byte worst = 0;
      for (int i = 0; i < one.length(); i++) {
        char x = one.charAt(i);
        char y = other.charAt(i);
        byte level =
            x == y
                ? 0
                : Han.sameSound(x, y)
                    ? GIVEN_SOUND
                    : Han.nearSound(x, y)
                        ? GIVEN_NEAR
                        : Han.alike(x, y) ? GIVEN_ALIKE : GIVEN_DIFFERENT;
        worst = level > worst ? level : worst;
      }
      if (worst != GIVEN_DIFFERENT) {
        return worst;
      }
    }
    if (shorter.length() >= 3 && Text.isSubsequence(shorter, longer)) {
      return GIVEN_ABRIDGED;
    }
    return Text.jaroWinkler(a.letters(), b.letters()) >= 0.88 ? GIVEN_CLOSE : GIVEN_DIFFERENT;
  }

  /** Characters on one side, letters on the other. */
  private void typed(PersonName han, PersonName latin) {
    short[] typed = latin.sounds;
    if (typed == null || typed.length == 0) {
      String letters = latin.whole;
      given =
          Text.jaroWinkler(han.letters(), letters) >= 0.9
                  || Text.jaroWinkler(han.letters(), latin.given + latin.family) >= 0.9
              ? GIVEN_CLOSE
              : GIVEN_DIFFERENT;
      return;
    }
    if (isSpelled(han.whole, han.sounds(), typed, 0)) {
      given = GIVEN_TYPED;
      return;
    }
    // Given name first, as forms in Latin letters have it.
    for (int turn = 1; turn < typed.length; turn++) {
      if (isSpelled(han.whole, han.sounds(), typed, turn)) {
        given = GIVEN_TYPED;
        return;
      }
    }
    if (Text.jaroWinkler(han.letters(), latin.whole) >= 0.93) {
      given = GIVEN_CLOSE;
      return;
    }
    boolean surname = !han.family.isEmpty() && Han.lax(han.sounds()[0]) == Han.lax(typed[0]);
    family = surname ? FAMILY_SOUND : FAMILY_DIFFERENT;
    given = GIVEN_DIFFERENT;
  }

  private static boolean isSpelled(String han, short[] sounds, short[] typed, int turn) {
    if (han.length() != typed.length) {
      return false;
    }
    for (int i = 0; i < typed.length; i++) {
      short one = typed[(i + turn) % typed.length];
      if (sounds[i] != one && !Han.hasSound(han.charAt(i), one)) {
        return false;
      }
    }
    return true;
  }

  private void latin(PersonName a, PersonName b) {
    if (a.family.isEmpty() || b.family.isEmpty() || a.given.isEmpty() || b.given.isEmpty()) {
      if (a.whole.equals(b.whole)) {
        family = FAMILY_LATIN;
        return;
      }
    } else if (a.family.equals(b.given) && a.given.equals(b.family)) {
      given = GIVEN_SWAPPED;
      return;
    }
    family = latinFamily(a.family, b.family);
    given = latinGiven(a.given, b.given);
    if (family == FAMILY_DIFFERENT
        && given == GIVEN_DIFFERENT
        && Text.jaroWinkler(a.family, b.given) > 0.88
        && Text.jaroWinkler(a.given, b.family) > 0.88) {
      family = MISSING;
      given = GIVEN_SWAPPED;
    }
  }

  private static byte latinFamily(String a, String b) {
    if (a.isEmpty() || b.isEmpty()) {
      return MISSING;
    }
    if (a.equals(b)) {
      return FAMILY_LATIN;
    }
    return isClose(a, b) ? FAMILY_CLOSE : FAMILY_DIFFERENT;
  }

  private static byte latinGiven(String a, String b) {
    if (a.isEmpty() || b.isEmpty()) {
      return MISSING;
    }
    if (a.equals(b)) {
      return GIVEN_LATIN;
    }
    if (a.length() <= 2 || b.length() <= 2) {
      return a.charAt(0) == b.charAt(0) ? GIVEN_INITIAL : GIVEN_DIFFERENT;
    }
    return isClose(a, b) ? GIVEN_CLOSE : GIVEN_DIFFERENT;
  }

  private static boolean isClose(String a, String b) {
    return Text.oneEditApart(a, b) && Math.min(a.length(), b.length()) > 2
        || Text.jaroWinkler(a, b) >= 0.87;
  }

  // --- dates

  private byte birth(Traits a, Traits b) {
    byte best = statedBirth;
    if (best <= 0) {
      return best;
    }
    // What the identity number says counts where the date itself was mistyped.
    if (a.numberBirth != 0 && a.numberBirth != a.birth && !a.doubtful) {
      best = better(best, birth(a.numberBirth, 0, b.birth, b.lunarBirth));
    }
    if (b.numberBirth != 0 && b.numberBirth != b.birth && !b.doubtful) {
      best = better(best, birth(a.birth, a.lunarBirth, b.numberBirth, 0));
    }
    return best;
  }

  private static byte better(byte a, byte b) {
    return b == MISSING || a <= b ? a : b;
  }

  static byte birth(int a, int lunarA, int b, int lunarB) {
    if (a == 0 || b == 0) {
      return MISSING;
    }
    int yearA = a / 10_000;
    int yearB = b / 10_000;
    if (!Dates.isWhole(a) || !Dates.isWhole(b)) {
      boolean months = a / 100 % 100 != 0 && b / 100 % 100 != 0;
      return yearA == yearB && (!months || a / 100 == b / 100) ? BIRTH_PARTIAL : BIRTH_DIFFERENT;
    }
    if (a == b) {
      return BIRTH_EXACT;
    }
    // The first of January stands where only the year is known.
    if (yearA == yearB && (a % 10_000 == 101 || b % 10_000 == 101)) {
      return BIRTH_PARTIAL;
    }
    int monthA = a / 100 % 100;
    int dayA = a % 100;
    if (yearA == yearB && monthA == b % 100 && dayA == b / 100 % 100) {
      return BIRTH_SWAPPED;
    }
    if (lunarA == b || lunarB == a) {
      return BIRTH_LUNAR;
    }
    if (a % 10_000 == b % 10_000 && Math.abs(yearA - yearB) == 1) {
      return BIRTH_YEAR_OFF;
    }
    int differing = Dates.differingDigits(a, b);
    if (differing == 1 || differing == 2 && Dates.isTransposed(a, b)) {
      return BIRTH_TYPO;
    }
    return differing == 2 ? BIRTH_NEAR : BIRTH_DIFFERENT;
  }

  // --- telephones and addresses

  private static byte phone(long[] a, long[] b) {
    if (a.length == 0 || b.length == 0) {
      return MISSING;
    }
    byte best = 2;
    for (long one : a) {
      for (long other : b) {
        if (Phones.same(one, other)) {
          return 0;
        }
        if (Phones.close(one, other)) {
          best = 1;
        }
      }
    }
    return best;
  }

  private void places(Place[] a, Place[] b) {
    int best = Integer.MAX_VALUE;
    for (Place one : a) {
      for (Place other : b) {
        byte street = one.han() && other.han() ? hanStreet(one, other) : latinStreet(one, other);
        byte place = one.han() && other.han() ? hanPlace(one, other) : latinPlace(one, other);
        int rank = street * 8 + place;
        if (rank < best) {
          best = rank;
          set(Field.STREET, street);
          set(Field.PLACE, place);
        }
      }
    }
  }

  private static byte hanStreet(Place a, Place b) {
    if (a.street().isEmpty() && a.numbers().length == 0
        || b.street().isEmpty() && b.numbers().length == 0) {
      return MISSING;
    }
    boolean both = !a.street().isEmpty() && !b.street().isEmpty();
    boolean street =
        both
            && (a.street().equals(b.street())
                || a.street().contains(b.street())
                || b.street().contains(a.street())
                || Text.dice(a.street(), b.street()) >= 0.6);
    return street(street || !both, a.numbers(), b.numbers());
  }

  private static byte street(boolean street, int[] a, int[] b) {
    int common = common(a, b);
    boolean all = common == a.length && common == b.length;
    if (street) {
      if (all) {
        return a.length == 0 ? STREET_STREET : 0;
      }
      return common > 0 ? STREET_HOUSE : STREET_STREET;
    }
    if (all && common >= 2) {
      return STREET_HOUSE;
    }
    return common > 0 && common >= Math.min(a.length, b.length) ? STREET_NUMBER : STREET_DIFFERENT;
  }

  /** How many of the numbers stand in both. */
  private static int common(int[] a, int[] b) {
    int used = 0;
    int found = 0;
    for (int one : a) {
      for (int j = 0; j < b.length; j++) {
        if (b[j] == one && (used >> j & 1) == 0) {
          used |= 1 << j;
          found++;
          break;
        }
      }
    }
    return found;
  }

  private static byte hanPlace(Place a, Place b) {
    int town = agree(a.town(), b.town());
    int county = agree(a.county(), b.county());
    int city = agree(a.city(), b.city());
    if (town > 0 && county >= 0) {
      return 0;
    }
    if (county > 0) {
      return 1;
    }
    if (county == 0 && town == 0 && city == 0) {
      return agree(a.province(), b.province()) < 0 ? (byte) 3 : MISSING;
    }
    return city > 0 ? (byte) 2 : (byte) 3;
  }

  /** 1 same, -1 different, 0 not said by both. */
  private static int agree(String a, String b) {
    return a.isEmpty() || b.isEmpty() ? 0 : a.equals(b) ? 1 : -1;
  }

  private static byte latinStreet(Place a, Place b) {
    boolean words =
        !(a.street().isEmpty() && a.second().isEmpty())
            && !(b.street().isEmpty() && b.second().isEmpty());
    if (!words && (a.numbers().length == 0 || b.numbers().length == 0)) {
      return MISSING;
    }
    double similar =
        Math.max(
            Math.max(line(a.street(), b.street()), line(a.second(), b.second())),
            Math.max(line(a.street(), b.second()), line(a.second(), b.street())));
    int[] one = a.numbers();
    int[] other = b.numbers();
    int numbers =
        one.length == 0 || other.length == 0
            ? 0
            : one[0] == other[0]
                ? 2
                : Text.oneEditApart(Integer.toString(one[0]), Integer.toString(other[0])) ? 1 : -1;
    if (similar >= 0.87) {
      return numbers == 2 ? (byte) 0 : numbers >= 0 ? (byte) 1 : (byte) 2;
    }
    return numbers == 2 ? (byte) 3 : (byte) 4;
  }

  private static double line(String a, String b) {
    return a.isEmpty() || b.isEmpty() ? 0 : Text.jaroWinkler(a, b);
  }

  private static byte latinPlace(Place a, Place b) {
    double said = 0;
    double agreed = 0;
    if (!a.postal().isEmpty() && !b.postal().isEmpty()) {
      said += 1;
      agreed +=
          a.postal().equals(b.postal()) ? 1 : Text.oneEditApart(a.postal(), b.postal()) ? 0.6 : 0;
    }
    if (!a.city().isEmpty() && !b.city().isEmpty()) {
      said += 1;
      double similar = Text.jaroWinkler(a.city(), b.city());
      agreed += similar >= 0.87 ? similar : 0;
    }
    if (!a.province().isEmpty() && !b.province().isEmpty()) {
      said += 0.3;
      agreed += a.province().equals(b.province()) ? 0.3 : 0;
    }
    if (said == 0) {
      return MISSING;
    }
    double share = agreed / said;
    return share >= 0.75 ? 0 : share >= 0.35 ? (byte) 1 : share >= 0.1 ? (byte) 2 : (byte) 3;
  }

  // --- numbers

  private void numbers(Traits a, Traits b) {
    for (NationalNumber one : a.numbers) {
      for (NationalNumber other : b.numbers) {
        if (one.kind() != other.kind()) {
          continue;
        }
        Field field = one.kind().lasting ? Field.NUMBER : Field.DOCUMENT;
        // A number that does not fit its own record may be the mother's or a friend's: that two
        // such differ says nothing.
        if ((a.doubtful || b.doubtful)
            && one.kind() == NationalNumber.Kind.RESIDENT_ID
            && !one.value().equals(other.value())) {
          continue;
        }
        byte level =
            one.value().equals(other.value())
                ? 0
                : field == Field.DOCUMENT || !isSlip(one.value(), other.value())
                    ? (byte) (field.levels().size() - 1)
                    : (byte) 1;
        byte known = get(field);
        set(field, known == MISSING || level < known ? level : known);
      }
    }
  }

  /**
   * The check character finds every slip of one key, so of two valid numbers one is right by its
   * check only because it was worked out from 15 digits, or they are two people's: it is not
   * compared.
   */
  private static boolean isSlip(String a, String b) {
    return a.length() == 18 && b.length() == 18
        ? Text.oneEditApart(a.substring(0, 17), b.substring(0, 17))
        : Text.oneEditApart(a, b);
  }

  private void others(Traits a, Traits b) {
    byte best = MISSING;
    for (Traits.Other one : a.others) {
      for (Traits.Other other : b.others) {
        if (one.system() == other.system()) {
          best = better(other(one.value(), other.value()), best);
        }
      }
      if (one.system() == 0) {
        best = better(best == MISSING ? 3 : best, mistyped(one.value(), b));
        best = best == 3 ? MISSING : best;
      }
    }
    for (Traits.Other other : b.others) {
      if (other.system() == 0) {
        best = better(best == MISSING ? 3 : best, mistyped(other.value(), a));
        best = best == 3 ? MISSING : best;
      }
    }
    set(Field.OTHER, best);
  }

  private static byte other(String a, String b) {
    return a.equals(b) ? 0 : Text.oneEditApart(a, b) ? (byte) 1 : (byte) 2;
  }

  /** An identity number with an error against valid ones. */
  private byte mistyped(String value, Traits against) {
    byte best = MISSING;
    for (NationalNumber number : against.numbers) {
      if (number.kind() == NationalNumber.Kind.RESIDENT_ID && !against.doubtful) {
        byte level = other(value, number.value());
        // Of the first generation, without century and check character.
        if (level == 2 && value.length() < 17) {
          level = other(value, number.value().substring(0, 6) + number.value().substring(8, 17));
          level = level == 0 ? 1 : level;
        }
        mistypedNumber |= level == 1;
        best = best == MISSING || level < best ? level : best;
      }
    }
    return best;
  }
}
