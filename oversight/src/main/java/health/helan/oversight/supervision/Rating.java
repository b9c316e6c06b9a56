package health.helan.oversight.supervision;

import health.helan.foundation.store.Json;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A rating as its QuestionnaireResponse says it (docs/adr/0135): in the resident's record, of no
 * institution, so that who is rated does not read it. What is rated stands in an extension and not
 * in {@code encounter}: the replay of an encounter would tell of it.
 */
final class Rating {
  static final String ABOUT = "https://helan.health/fhir/StructureDefinition/rating-about";

  /** What may be rated once it is over. */
  enum Thing {
    VISIT("Encounter", "subject", "finished", "period"),
    PARCEL("SupplyDelivery", "patient", "completed", "occurrenceDateTime"),
    /** Drugs that a pharmacy handed over. */
    DISPENSING("MedicationDispense", "subject", "completed", "whenHandedOver");

    final String type;
    final String patient;
    private final String over;
    private final String ended;

    Thing(String type, String patient, String over, String ended) {
      this.type = type;
      this.patient = patient;
      this.over = over;
      this.ended = ended;
    }

    String kind() {
      return name().toLowerCase(Locale.ROOT);
    }

    RatingForm form() {
      return this == VISIT ? RatingForm.VISIT : RatingForm.DRUGS;
    }

    /** When it ended; null while it goes on, or where it came to nothing. */
    @Nullable Instant ended(JsonNode resource) {
      if (!Resources.text(resource, "status").equals(over)) {
        return null;
      }
      JsonNode time = resource.path(ended);
      Instant at =
          Resources.time(time.isString() ? time.asString("") : Resources.text(time, "end"));
      return at == null ? Resources.time(Resources.text(resource.path("meta"), "lastUpdated")) : at;
    }

    boolean isOnline(JsonNode resource) {
      return this == PARCEL || this == VISIT && Resources.isOnline(resource);
    }

    static @Nullable Thing of(String reference) {
      for (Thing each : values()) {
        if (reference.startsWith(each.type + "/")) {
          return each;
        }
      }
      return null;
    }
  }

  /**
   * What a resident says.
   *
   * @param overall 1 to 5
   * @param answers yes or no, by question
   * @param words null for none
   */
  record Said(int overall, Map<String, Boolean> answers, @Nullable String words) {}

  private final ObjectNode response;

  private Rating(ObjectNode response) {
    this.response = response;
  }

  static boolean is(@Nullable JsonNode resource) {
    return resource != null
        && "QuestionnaireResponse".equals(Resources.text(resource, "resourceType"))
        && RatingForm.isOne(Resources.text(resource, "questionnaire"));
  }

  static Rating of(ObjectNode response) {
    return new Rating(response);
  }

  /**
   * @param about {@code Encounter/[id]}
   * @param patient {@code Patient/[id]}
   * @param source who answers, where that is known; null otherwise
   */
  static ObjectNode made(
      Thing thing, String about, String patient, @Nullable String source, Said said, Instant now) {
    ObjectNode response =
        Json.MAPPER.createObjectNode().put("resourceType", "QuestionnaireResponse");
    ComplaintTask.keepFromStaff(response);
    response
        .putArray("extension")
        .addObject()
        .put("url", ABOUT)
        .putObject("valueReference")
        .put("reference", about);
    response.put("questionnaire", thing.form().url());
    response.put("status", "completed");
    response.putObject("subject").put("reference", patient);
    if (source != null) {
      response.putObject("source").put("reference", source);
    }
    new Rating(response).say(said, now);
    return response;
  }

  /** Says it anew. */
  ObjectNode amend(Said said, Instant now) {
    response.put("status", "amended");
    say(said, now);
    return response;
  }

  private void say(Said said, Instant now) {
    response.put("authored", now.toString());
    ArrayNode items = response.putArray("item");
    answer(items, RatingForm.OVERALL).put("valueInteger", said.overall);
    new TreeMap<>(said.answers)
        .forEach((question, yes) -> answer(items, question).put("valueBoolean", yes));
    if (said.words != null) {
      answer(items, RatingForm.WORDS).put("valueString", said.words);
    }
  }

  private static ObjectNode answer(ArrayNode items, String question) {
    return items.addObject().put("linkId", question).putArray("answer").addObject();
  }

  String about() {
    for (JsonNode extension : response.path("extension")) {
      if (Resources.text(extension, "url").equals(ABOUT)) {
        return Resources.text(extension.path("valueReference"), "reference");
      }
    }
    return "";
  }

  /** What was said; 0 where the overall rating is not there. */
  Said said() {
    Map<String, Boolean> answers = new TreeMap<>();
    int overall = 0;
    String words = null;
    for (JsonNode item : response.path("item")) {
      String question = Resources.text(item, "linkId");
      JsonNode answer = item.path("answer").path(0);
      if (answer.path("valueBoolean").isBoolean()) {
        answers.put(question, answer.path("valueBoolean").asBoolean());
      } else if (question.equals(RatingForm.OVERALL)) {
        overall = answer.path("valueInteger").asInt(0);
      } else if (question.equals(RatingForm.WORDS)) {
        words = Resources.text(answer, "valueString");
      }
    }
    return new Said(overall, answers, words);
  }
}
