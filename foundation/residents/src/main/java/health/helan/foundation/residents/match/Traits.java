package health.helan.foundation.residents.match;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What is compared of one Patient, in the form in which it is compared. Immutable.
 *
 * <p>Personal data: {@link #bytes} is for the index, which encrypts it, and {@link #toString} says
 * nothing.
 */
public final class Traits {
  private static final byte FORMAT = 1;
  private static final int MOST = 4;
  private static final int MOST_OTHERS = 8;

  /**
   * A number of an institution, or a national one that is not valid.
   *
   * @param system hash of the identifier's system; 0 for a citizen's number with an error
   */
  record Other(int system, String value) {}

  final List<NationalNumber> numbers;
  final List<Other> others;
  final PersonName[] names;

  /** yyyymmdd, see {@link Dates}; of the identity number where the record says none. */
  final int birth;

  /** By the identity number; 0 without one. */
  final int numberBirth;

  /** The identity number says a date of birth that the record's own has nothing to do with. */
  final boolean doubtful;

  /** What {@link #birth} is when it was meant as a lunar date; 0 for none. */
  final int lunarBirth;

  /** 0 unknown, 1 male, 2 female. */
  final int sex;

  final long[] phones;
  final Place[] places;

  /** Whose child the newborn without a name is; empty for anyone else. */
  final String mother;

  /** Which of several born together; 0 for one alone or not said. */
  final int order;

  private final boolean unidentified;

  private Traits(
      List<NationalNumber> numbers,
      List<Other> others,
      PersonName[] names,
      int birth,
      int sex,
      long[] phones,
      Place[] places,
      String mother,
      int order,
      boolean unidentified) {
    this.numbers = List.copyOf(numbers);
    this.others = List.copyOf(others);
    this.names = names;
    this.phones = phones;
    this.places = places;
    this.mother = mother;
    this.order = order;
    this.unidentified = unidentified;
    int fromNumber = 0;
    int sexOfNumber = 0;
    for (NationalNumber number : numbers) {
      if (number.kind() == NationalNumber.Kind.RESIDENT_ID) {
        fromNumber = Integer.parseInt(number.value(), 6, 14, 10);
        sexOfNumber = (number.value().charAt(16) - '0') % 2 == 1 ? 1 : 2;
        break;
      }
    }
    this.numberBirth = fromNumber;
    this.birth = birth == 0 ? fromNumber : birth;
    this.sex = sex == 0 ? sexOfNumber : sex;
    this.lunarBirth = Dates.isWhole(this.birth) ? Dates.ofLunar(this.birth) : 0;
    this.doubtful =
        fromNumber != 0
            && Levels.birth(this.birth, lunarBirth, fromNumber, 0) == Levels.BIRTH_DIFFERENT;
  }

  /** Never fails: what a Patient says in an odd form is not compared. */
  public static Traits of(JsonNode patient) {
    LocalDate today = LocalDate.now(ZoneOffset.ofHours(8));
    List<NationalNumber> numbers = new ArrayList<>(2);
    List<Other> others = new ArrayList<>(2);
    for (JsonNode identifier : patient.path("identifier")) {
      identifier(identifier, today, numbers, others);
    }
    String motherOf = "";
    int order = 0;
    boolean hidden = false;
    List<PersonName> names = new ArrayList<>(1);
    for (JsonNode name : patient.path("name")) {
      String family = text(name.path("family"));
      StringBuilder given = new StringBuilder();
      for (JsonNode part : name.path("given")) {
        given.append(given.isEmpty() ? "" : " ").append(text(part));
      }
      String said = text(name.path("text"));
      String whole = PersonName.clean(said.isEmpty() ? family + given : said);
      if (Placeholders.isNobody(whole, family, given.toString())) {
        hidden = true;
        continue;
      }
      Placeholders.Child child = Placeholders.child(whole);
      if (child != null) {
        motherOf = child.mother();
        order = child.order();
        continue;
      }
      PersonName found = PersonName.of(family, given.toString(), said);
      if (found != null && names.size() < MOST && !found.whole.isEmpty()) {
        names.add(found);
      }
    }
    order = Math.max(order, Math.clamp(patient.path("multipleBirthInteger").asInt(0), 0, 9));
    return new Traits(
        numbers,
        others,
        names.toArray(PersonName[]::new),
        Dates.of(text(patient.path("birthDate"))),
        sex(text(patient.path("gender"))),
        phones(patient),
        places(patient),
        names.isEmpty() ? motherOf : "",
        order,
        hidden && names.isEmpty() && numbers.isEmpty());
  }

  private static void identifier(
      JsonNode identifier, LocalDate today, List<NationalNumber> numbers, List<Other> others) {
    NationalNumber number = NationalNumber.of(identifier, today);
    if (number != null) {
      if (numbers.size() < MOST_OTHERS && !numbers.contains(number)) {
        numbers.add(number);
      }
      return;
    }
    String value = NationalNumber.compact(text(identifier.path("value")));
    if (value.length() < 3 || value.length() > 40 || others.size() == MOST_OTHERS) {
      return;
    }
    boolean citizen = NationalNumber.isMeantAsResidentId(identifier);
    String system = text(identifier.path("system"));
    if (citizen && value.length() >= 14) {
      others.add(new Other(0, value));
    } else if (!citizen && !system.isEmpty()) {
      others.add(new Other((int) Text.hash(1, system) | 1, value));
    }
  }

  private static int sex(String gender) {
    return switch (gender) {
      case "male" -> 1;
      case "female" -> 2;
      default -> 0;
    };
  }

  private static long[] phones(JsonNode patient) {
    long[] found = new long[MOST];
    int count = 0;
    for (JsonNode telecom : patient.path("telecom")) {
      String system = text(telecom.path("system"));
      if (count == MOST || system.equals("email") || system.equals("url")) {
        continue;
      }
      long number = Phones.of(text(telecom.path("value")));
      if (number != 0) {
        found[count++] = number;
      }
    }
    return java.util.Arrays.copyOf(found, count);
  }

  private static Place[] places(JsonNode patient) {
    List<Place> found = new ArrayList<>(1);
    for (JsonNode address : patient.path("address")) {
      Place place = found.size() == MOST ? null : Place.of(address);
      if (place != null) {
        found.add(place);
      }
    }
    return found.toArray(Place[]::new);
  }

  private static String text(JsonNode node) {
    return node.isString() ? node.stringValue() : "";
  }

  /** Valid national numbers only. */
  public List<NationalNumber> numbers() {
    return numbers;
  }

  /** Nobody knows who it is: never linked by itself. */
  public boolean unidentified() {
    return unidentified;
  }

  /** A newborn under its mother's name. */
  public boolean isUnnamedNewborn() {
    return !mother.isEmpty();
  }

  /** What the index keeps; the first byte is the format's version. */
  public byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(160);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      out.writeByte((unidentified ? 1 : 0) | sex << 1 | order << 4);
      out.writeInt(birth);
      out.writeUTF(mother);
      out.writeByte(numbers.size());
      for (NationalNumber number : numbers) {
        out.writeByte(number.kind().ordinal());
        out.writeUTF(number.value());
      }
      out.writeByte(others.size());
      for (Other other : others) {
        out.writeInt(other.system());
        out.writeUTF(other.value());
      }
      out.writeByte(names.length);
      for (PersonName name : names) {
        out.writeByte((name.han ? 1 : 0) | (name.dotted ? 2 : 0));
        out.writeUTF(name.family);
        out.writeUTF(name.given);
      }
      out.writeByte(phones.length);
      for (long phone : phones) {
        out.writeLong(phone);
      }
      out.writeByte(places.length);
      for (Place place : places) {
        out.writeBoolean(place.han());
        out.writeUTF(place.province());
        out.writeUTF(place.city());
        out.writeUTF(place.county());
        out.writeUTF(place.town());
        out.writeUTF(place.street());
        out.writeUTF(place.second());
        out.writeUTF(place.postal());
        out.writeByte(place.numbers().length);
        for (int number : place.numbers()) {
          out.writeInt(number);
        }
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /**
   * @param bytes of {@link #bytes}
   * @throws IllegalArgumentException for anything else
   */
  public static Traits read(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      if (in.readByte() != FORMAT) {
        throw new IllegalArgumentException("traits of an unknown format");
      }
      int flags = in.readUnsignedByte();
      int birth = in.readInt();
      String mother = in.readUTF();
      List<NationalNumber> numbers = new ArrayList<>(2);
      NationalNumber.Kind[] kinds = NationalNumber.Kind.values();
      for (int i = in.readByte(); i > 0; i--) {
        numbers.add(new NationalNumber(kinds[in.readByte()], in.readUTF()));
      }
      List<Other> others = new ArrayList<>(2);
      for (int i = in.readByte(); i > 0; i--) {
        others.add(new Other(in.readInt(), in.readUTF()));
      }
      PersonName[] names = new PersonName[in.readByte()];
      for (int i = 0; i < names.length; i++) {
        int kind = in.readByte();
        names[i] = PersonName.kept(in.readUTF(), in.readUTF(), (kind & 1) != 0, (kind & 2) != 0);
      }
      long[] phones = new long[in.readByte()];
      for (int i = 0; i < phones.length; i++) {
        phones[i] = in.readLong();
      }
      Place[] places = new Place[in.readByte()];
      for (int i = 0; i < places.length; i++) {
        places[i] = place(in);
      }
      return new Traits(
          numbers,
          others,
          names,
          birth,
          flags >> 1 & 3,
          phones,
          places,
          mother,
          flags >> 4,
          (flags & 1) != 0);
    } catch (IOException | IndexOutOfBoundsException | NegativeArraySizeException broken) {
      throw new IllegalArgumentException("broken traits", broken);
    }
  }

  private static Place place(DataInputStream in) throws IOException {
    boolean han = in.readBoolean();
    String province = in.readUTF();
    String city = in.readUTF();
    String county = in.readUTF();
    String town = in.readUTF();
    String street = in.readUTF();
    String second = in.readUTF();
    String postal = in.readUTF();
    int[] numbers = new int[in.readByte()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = in.readInt();
    }
    return new Place(han, province, city, county, town, street, second, postal, numbers);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Traits traits && java.util.Arrays.equals(bytes(), traits.bytes());
  }

  @Override
  public int hashCode() {
    return java.util.Arrays.hashCode(bytes());
  }

  /** Nothing personal. */
  @Override
  public String toString() {
    return "Traits";
  }
}
