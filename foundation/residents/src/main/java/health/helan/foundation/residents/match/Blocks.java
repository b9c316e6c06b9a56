package health.helan.foundation.residents.match;

import java.util.Arrays;

/**
 * Groups of records that are worth comparing: two records are a candidate pair when they share a
 * key. Keys are made so that a group stays small in a region of 40 million; the index meets those
 * of the fewest records first.
 */
final class Blocks {
  private static final int NUMBER = 1;
  private static final int OTHER = 2;
  private static final int PHONE = 3;
  private static final int NAME_DAY = 4;
  private static final int NAME_YEAR = 5;
  private static final int BIRTH_FAMILY = 6;
  private static final int BIRTH_GIVEN = 7;
  private static final int HOUSE = 8;
  private static final int NAME_STREET = 9;
  private static final int MOTHER = 10;
  private static final int NAME_PLACE = 11;
  private static final int STREETS = 12;
  private static final int NAME_COUNTY = 13;

  private final Traits traits;
  private long[] keys = new long[24];
  private int count;

  private Blocks(Traits traits) {
    this.traits = traits;
  }

  static long[] of(Traits traits) {
    Blocks blocks = new Blocks(traits);
    blocks.collect();
    return Arrays.copyOf(blocks.keys, blocks.count);
  }

  private void collect() {
    for (NationalNumber number : traits.numbers) {
      add(NUMBER, number.kind().ordinal() + 1, number.value());
    }
    for (Traits.Other other : traits.others) {
      add(OTHER, other.system(), other.value());
    }
    for (long phone : traits.phones) {
      // Without area code as with it.
      add(PHONE, phone >= 10_000_000_000L ? phone : phone % 10_000_000, "");
    }
    boolean whole = Dates.isWhole(traits.birth);
    for (PersonName name : traits.names) {
      names(name, whole);
    }
    if (!traits.mother.isEmpty()) {
      add(MOTHER, traits.birth, traits.mother);
    }
    for (Place place : traits.places) {
      house(place);
    }
  }

  private void names(PersonName name, boolean whole) {
    String sorted = sorted(name);
    if (whole) {
      add(NAME_DAY, traits.birth % 10_000, sorted);
      add(BIRTH_FAMILY, traits.birth, part(name, true));
      add(BIRTH_GIVEN, traits.birth, part(name, false));
      if (traits.numberBirth != 0 && traits.numberBirth != traits.birth) {
        add(BIRTH_FAMILY, traits.numberBirth, part(name, true));
        add(BIRTH_GIVEN, traits.numberBirth, part(name, false));
      }
    }
    if (traits.birth != 0) {
      add(NAME_YEAR, traits.birth / 10_000, sorted);
    }
    for (Place place : traits.places) {
      if (!place.county().isEmpty()) {
        add(NAME_COUNTY, 0, sorted + place.county());
      } else if (place.numbers().length > 0) {
        add(NAME_STREET, Arrays.hashCode(place.numbers()), sorted);
      }
    }
  }

  /** Sounds in their order, so that exchanged names and typed ones meet. */
  private static String sorted(PersonName name) {
    short[] sounds = name.sounds;
    if (sounds != null && sounds.length > 0) {
      char[] codes = new char[sounds.length];
      for (int i = 0; i < codes.length; i++) {
        codes[i] = (char) (Han.lax(sounds[i]) + 1);
      }
      Arrays.sort(codes);
      return new String(codes);
    }
    String family = Text.soundex(name.family);
    String given = Text.soundex(name.given);
    return family.compareTo(given) < 0 ? family + given : given + family;
  }

  private static String part(PersonName name, boolean first) {
    short[] sounds = name.sounds;
    if (sounds != null && sounds.length > 0) {
      return String.valueOf((char) (Han.lax(sounds[first ? 0 : sounds.length - 1]) + 1));
    }
    return Text.soundex(first ? name.family : name.given);
  }

  private void house(Place place) {
    if (place.han()) {
      // A flat: whoever lives there. A house number alone is too common.
      if (place.numbers().length >= 2 && traits.names.length > 0) {
        add(HOUSE, Arrays.hashCode(place.numbers()), part(traits.names[0], true) + place.county());
      }
      return;
    }
    if (place.numbers().length > 0) {
      add(HOUSE, place.numbers()[0], start(place.street()));
      if (!place.postal().isEmpty()) {
        add(HOUSE, place.numbers()[0], place.postal());
      }
    }
    for (PersonName name : traits.names) {
      if (name.han || place.postal().isEmpty()) {
        continue;
      }
      if (!name.family.isEmpty()) {
        add(NAME_PLACE, 1, Text.soundex(name.family) + place.postal());
      }
      if (!name.given.isEmpty()) {
        add(NAME_PLACE, 2, Text.soundex(name.given) + place.postal());
      }
    }
    if (!place.second().isEmpty() && !place.street().isEmpty()) {
      add(STREETS, 0, start(place.street()) + start(place.second()));
    }
  }

  private static String start(String street) {
    return street.substring(0, Math.min(5, street.length()));
  }

  private void add(int kind, long number, String text) {
    if (count == keys.length) {
      keys = Arrays.copyOf(keys, count * 2);
    }
    long key = Text.hash(Text.mix(number * 31 + kind), text);
    for (int i = 0; i < count; i++) {
      if (keys[i] == key) {
        return;
      }
    }
    keys[count++] = key;
  }
}
