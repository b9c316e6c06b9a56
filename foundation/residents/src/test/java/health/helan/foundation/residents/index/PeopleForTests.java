package health.helan.foundation.residents.index;

import health.helan.foundation.store.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import tools.jackson.databind.node.ObjectNode;

/**
 * People of a very small town, in which everybody resembles somebody: few names, days, telephones
 * and numbers, so that all rules have work.
 */
public final class PeopleForTests {
  private static final String[] FAMILIES = {"张", "王", "马"};
  private static final String[] GIVEN = {"伟", "秀英", "建国", "小红", "明明", "志强", "桂兰"};
  private static final String[] DAYS = {"1985-03-07", "1985-07-03", "1990-11-12", "2024-05-01"};
  private static final String[] PHONES = {
    "13900000001", "13900000002", "13812345678", "13712345678"
  };
  private static final String[] STREETS = {"银川市兴庆区解放街12号", "银川市金凤区北京路88号3单元501"};

  private PeopleForTests() {}

  /** A valid number with the order number given, odd for men. */
  public static String number(String day, int order) {
    String body = "640104" + day.replace("-", "") + "%03d".formatted(order);
    int[] weights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < 17; i++) {
      sum += (body.charAt(i) - '0') * weights[i];
    }
    return body + "10X98765432".charAt(sum % 11);
  }

  private static <T> T one(Random random, T[] of) {
    return of[random.nextInt(of.length)];
  }

  /** Somebody of the town; unidentified now and then. */
  public static ObjectNode somebody(Random random) {
    ObjectNode patient = Json.MAPPER.createObjectNode().put("resourceType", "Patient");
    if (random.nextInt(25) == 0) {
      patient.putArray("name").addObject().put("text", "无名氏");
      patient.put("gender", "male");
      patient
          .putArray("telecom")
          .addObject()
          .put("system", "phone")
          .put("value", one(random, PHONES));
      return patient;
    }
    int order = random.nextInt(6);
    String day = one(random, DAYS);
    if (random.nextInt(3) > 0) {
      patient
          .putArray("identifier")
          .addObject()
          .put("system", "urn:oid:2.16.156.10011.1.3")
          .put("value", number(day, order));
    }
    String family = one(random, FAMILIES);
    patient
        .putArray("name")
        .addObject()
        .put("family", family)
        .put("text", family + one(random, GIVEN));
    patient.put("gender", order % 2 == 1 ? "male" : "female");
    patient.put("birthDate", day);
    if (random.nextBoolean()) {
      patient
          .putArray("telecom")
          .addObject()
          .put("system", "phone")
          .put("value", one(random, PHONES));
    }
    if (random.nextBoolean()) {
      patient.putArray("address").addObject().put("text", one(random, STREETS));
    }
    return patient;
  }

  public static List<ObjectNode> people(Random random, int count) {
    var people = new ArrayList<ObjectNode>();
    for (int i = 0; i < count; i++) {
      people.add(somebody(random));
    }
    return people;
  }
}
