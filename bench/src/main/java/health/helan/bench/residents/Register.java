package health.helan.bench.residents;

import health.helan.bench.residents.Someone.Home;
import health.helan.demo.chance.Dice;
import health.helan.foundation.store.Json;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Writes people down as institutions do, with their errors. */
final class Register {
  /**
   * A record.
   *
   * @param person whose it is; negative for someone nobody knows, who is no one's match
   * @param errors what went wrong, codes of the error model
   */
  record Entry(String id, long person, long household, List<String> errors, ObjectNode patient) {}

  private static final String CITIZEN = "urn:oid:2.16.156.10011.1.3";
  private static final String SEX_UNKNOWN = "unknown";
  private static final int INSTITUTIONS = 60;

  private final Words words;
  private final ErrorModel model;
  private final long seed;

  Register(Words words, ErrorModel model, long seed) {
    this.words = words;
    this.model = model;
    this.seed = seed;
  }

  /** All records of a household's people: one to four of each. */
  List<Entry> records(List<Someone> household) {
    List<Entry> entries = new ArrayList<>();
    for (Someone someone : household) {
      Dice dice = Dice.of(seed, 77, someone.id());
      int roll = dice.below(100);
      int count = roll < 45 ? 1 : roll < 78 ? 2 : roll < 93 ? 3 : 4;
      for (int i = 0; i < count; i++) {
        entries.add(new Writing(Dice.of(seed, 78, someone.id(), i), someone, i).entry());
      }
    }
    return entries;
  }

  private final class Writing {
    private final Dice dice;
    private final Someone who;
    private final int sequence;
    private final List<String> errors = new ArrayList<>();
    private final ObjectNode patient =
        Json.MAPPER.createObjectNode().put("resourceType", "Patient");

    Writing(Dice dice, Someone who, int sequence) {
      this.dice = dice;
      this.who = who;
      this.sequence = sequence;
    }

    private boolean goes(String error) {
      if (dice.chance(model.rate(error))) {
        errors.add(error);
        return true;
      }
      return false;
    }

    Entry entry() {
      if (goes("unidentified")) {
        patient.putArray("name").addObject().put("text", dice.chance(0.5) ? "无名氏" : "不详");
        patient.put("gender", who.female() ? "female" : "male");
        return entry(-1 - who.id() * 8 - sequence);
      }
      boolean infant = who.birth().plusDays(300).isAfter(Population.TODAY);
      boolean unnamed = infant && !who.mother().isEmpty() && goes("newborn-unnamed");
      identifiers(unnamed);
      name(unnamed);
      birth();
      if (!goes("sex-missing")) {
        boolean female = who.female() != goes("sex-wrong");
        patient.put("gender", female ? "female" : "male");
      } else if (dice.chance(0.5)) {
        patient.put("gender", SEX_UNKNOWN);
      }
      phone();
      address();
      if (unnamed && who.order() > 0 && dice.chance(0.5)) {
        patient.put("multipleBirthInteger", who.order());
      }
      return entry(who.id());
    }

    private Entry entry(long person) {
      return new Entry(
          "p" + who.id() + "-" + sequence, person, who.household(), List.copyOf(errors), patient);
    }

    private void identifiers(boolean unnamed) {
      var identifiers = patient.putArray("identifier");
      int institution = dice.below(INSTITUTIONS);
      identifiers
          .addObject()
          .put("system", "https://helan.health/fhir/sid/hospital-" + institution)
          .put("value", Integer.toString(1_000_000 + dice.below(8_999_999)));
      if (unnamed) {
        return;
      }
      String number = who.number();
      boolean child = who.birth().plusYears(6).isAfter(Population.TODAY);
      if (goes("number-missing")) {
        return;
      }
      if (child && !who.mothersNumber().isEmpty() && goes("number-of-mother")) {
        number = who.mothersNumber();
      } else if (goes("number-of-other")) {
        number =
            health.helan.demo.IdentityNumber.of(
                649_100 + dice.below(900),
                LocalDate.of(1940, 1, 1).plusDays(dice.below(25_000)),
                dice.below(1000));
      } else if (who.birth().isBefore(LocalDate.of(1999, 10, 1)) && goes("number-fifteen")) {
        number = number.substring(0, 6) + number.substring(8, 17);
      } else if (goes("number-typo")) {
        number = typo(number);
      }
      identifiers.addObject().put("system", CITIZEN).put("value", number);
    }

    /** One digit wrong, or two neighbours exchanged. */
    private String typo(String digits) {
      int at = dice.below(digits.length() - 1);
      char c = digits.charAt(at);
      char next = digits.charAt(at + 1);
      if (dice.chance(0.3) && c != next) {
        return digits.substring(0, at) + next + c + digits.substring(at + 2);
      }
      return digits.substring(0, at)
          + (char) ('0' + (c - '0' + 1 + dice.below(9)) % 10)
          + digits.substring(at + 1);
    }

    private void name(boolean unnamed) {
      var names = patient.putArray("name");
      if (unnamed) {
        String[] endings =
            who.order() == 1
                ? new String[] {"之大双", "之长" + (who.female() ? "女" : "子")}
                : who.order() == 2
                    ? new String[] {"之小双", "之次" + (who.female() ? "女" : "子")}
                    : new String[] {who.female() ? "之女" : "之子", "之婴"};
        names.addObject().put("text", who.mother() + endings[dice.below(2)]);
        return;
      }
      if (who.uyghur()) {
        names.addObject().put("text", uyghurName());
        return;
      }
      String family = who.family();
      String given = who.given();
      if (goes("name-changed") && !who.earlierGiven().equals(given)) {
        given = who.earlierGiven();
      }
      String whole = family + given;
      if (goes("name-pinyin")) {
        String[] letters = Words.pinyin(family, given);
        names
            .addObject()
            .put(
                "text",
                switch (dice.below(4)) {
                  case 0 -> letters[0] + letters[1];
                  case 1 -> capital(letters[0]) + " " + capital(letters[1]);
                  case 2 -> (letters[0] + " " + letters[1]).toUpperCase(java.util.Locale.ROOT);
                  default -> capital(letters[1]) + " " + capital(letters[0]);
                });
        return;
      }
      if (goes("name-swapped")) {
        names.addObject().put("text", given + family);
        return;
      }
      if (given.length() == 2 && goes("name-abridged")) {
        names.addObject().put("text", family + given.charAt(dice.below(2)));
        return;
      }
      String wrong = whole;
      int how =
          goes("name-homophone") ? 0 : goes("name-look-alike") ? 1 : goes("name-variant") ? 2 : -1;
      if (how >= 0) {
        wrong = changed(whole, how);
        if (wrong.equals(whole)) {
          errors.removeLast();
        }
      }
      if (dice.chance(model.rate("format-split-name"))) {
        ObjectNode name = names.addObject().put("family", wrong.substring(0, family.length()));
        name.putArray("given").add(wrong.substring(family.length()));
        if (dice.chance(0.6)) {
          name.put("text", wrong);
        }
      } else {
        names.addObject().put("text", wrong);
      }
    }

    /** The first character from a place of chance on that has another to be taken for. */
    private String changed(String name, int how) {
      int start = dice.below(name.length());
      for (int i = 0; i < name.length(); i++) {
        int at = (start + i) % name.length();
        char c = name.charAt(at);
        char other =
            how == 0 ? words.homophone(dice, c) : how == 1 ? words.alike(c) : words.variant(c);
        if (other != c) {
          return name.substring(0, at) + other + name.substring(at + 1);
        }
      }
      return name;
    }

    private String uyghurName() {
      String name = who.name();
      if (goes("minority-form")) {
        switch (dice.below(6)) {
          case 0, 1 -> name = name.replace("·", "");
          case 2 -> name = name.replace('·', '•');
          case 3 -> name = name.replace('·', '.');
          case 4 ->
              name = words.otherForm(dice, who.given()) + "·" + words.otherForm(dice, who.family());
          default -> name = who.given();
        }
      } else if (goes("name-pinyin")) {
        name = Words.letters(who.given()) + " " + Words.letters(who.family());
      }
      return name;
    }

    private static String capital(String word) {
      return word.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }

    private void birth() {
      if (goes("birth-missing")) {
        return;
      }
      LocalDate birth = who.birth();
      String written = birth.toString();
      if (goes("birth-typo")) {
        for (int i = 0; i < 20; i++) {
          String tried = typo(written.replace("-", ""));
          int month = Integer.parseInt(tried.substring(4, 6));
          int day = Integer.parseInt(tried.substring(6));
          int year = Integer.parseInt(tried.substring(0, 4));
          if (month >= 1 && month <= 12 && day >= 1 && day <= 28 && year > 1900 && year < 2027) {
            written = LocalDate.of(year, month, day).toString();
            break;
          }
        }
      } else if (birth.getDayOfMonth() <= 12
          && birth.getDayOfMonth() != birth.getMonthValue()
          && goes("birth-swapped")) {
        written =
            LocalDate.of(birth.getYear(), birth.getDayOfMonth(), birth.getMonthValue()).toString();
      } else if (birth.getYear() < 1985 && goes("birth-lunar")) {
        written = Lunar.of(birth);
      } else if (goes("birth-year-off")) {
        written = birth.plusYears(dice.chance(0.5) ? 1 : -1).toString();
      } else if (goes("birth-year-only")) {
        written = Integer.toString(birth.getYear());
      } else if (goes("birth-first-of-january")) {
        written = birth.getYear() + "-01-01";
      }
      patient.put("birthDate", written);
    }

    private void phone() {
      if (goes("phone-missing")) {
        return;
      }
      String phone = who.phone();
      if (goes("phone-changed")) {
        phone = who.earlierPhone();
      } else if (!phone.equals(who.familyPhone()) && goes("phone-of-family")) {
        phone = who.familyPhone();
      }
      if (goes("phone-typo")) {
        phone = typo(phone.replace("-", ""));
      }
      String[] before = {"", "", "", "+86 ", "86-"};
      patient
          .putArray("telecom")
          .addObject()
          .put("system", "phone")
          .put("value", (phone.startsWith("0") ? "" : before[dice.below(5)]) + phone);
    }

    private void address() {
      if (goes("address-missing")) {
        return;
      }
      Home home = goes("address-old") ? who.earlierHome() : who.home();
      int[] house = home.house().clone();
      if (goes("address-wrong-house")) {
        house[house.length - 1] += dice.between(1, 9);
      }
      String road = home.road();
      if (home.house().length == 4 && goes("address-renamed")) {
        road = words.place(dice, "roads") + "路";
      }
      boolean abridged = dice.chance(model.rate("format-abridged-address"));
      String line = line(home, road, house, abridged);
      ObjectNode address = patient.putArray("address").addObject();
      if (dice.chance(model.rate("format-structured-address"))) {
        address.putArray("line").add(line);
        address.put("city", home.city()).put("district", home.county());
        address.put("state", "宁夏回族自治区").put("country", "CN");
      } else {
        String[] heads = {
          "宁夏回族自治区" + home.city() + home.county(),
          "宁夏" + home.city() + home.county(),
          home.city() + home.county(),
          home.county()
        };
        address.put("text", heads[dice.below(4)] + line);
      }
    }

    private String line(Home home, String road, int[] house, boolean abridged) {
      if (house.length == 2) {
        boolean spelled = dice.chance(0.4);
        String group = spelled ? Integer.toString(house[0]) : chinese(house[0]);
        return (abridged ? "" : home.town()) + road + group + "组" + house[1] + "号";
      }
      String town = abridged ? "" : home.town();
      String number = road + house[0] + "号";
      return switch (abridged ? dice.below(2) : 2 + dice.below(2)) {
        case 0 -> home.estate() + house[1] + "-" + house[2] + "-" + house[3];
        case 1 -> number + house[1] + "-" + house[2] + "-" + house[3];
        case 2 ->
            town + number + home.estate() + house[1] + "号楼" + house[2] + "单元" + house[3] + "室";
        default ->
            town + number + home.estate() + house[1] + "幢" + house[2] + "单元" + house[3] + "号";
      };
    }

    private static String chinese(int number) {
      String digits = "一二三四五六七八九";
      return number < 10
          ? digits.substring(number - 1, number)
          : "十" + (number == 10 ? "" : digits.substring(number - 11, number - 10));
    }
  }
}
