package health.helan.oversight.supervision;

import health.helan.foundation.store.Json;
import health.helan.oversight.supervision.rules.Rule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/**
 * What residents are asked about a thing that is over: a Questionnaire, shipped as data.
 *
 * @param url canonical
 * @param questions beside the overall rating and the words; each is answered yes or no, or not
 */
record RatingForm(String url, List<Question> questions) {
  static final String OVERALL = "overall";
  static final String WORDS = "words";

  static final RatingForm VISIT = read("rating-visit");
  static final RatingForm DRUGS = read("rating-drugs");

  /** One question; {@code id} is its {@code linkId}. */
  record Question(String id, Rule.Text text) {}

  static boolean isOne(String questionnaire) {
    return questionnaire.equals(VISIT.url) || questionnaire.equals(DRUGS.url);
  }

  private static RatingForm read(String name) {
    try (InputStream in =
        Objects.requireNonNull(
            RatingForm.class.getResourceAsStream("/fhir/Questionnaire-" + name + ".json"))) {
      JsonNode form = Json.MAPPER.readTree(in.readAllBytes());
      List<Question> questions = new ArrayList<>();
      for (JsonNode item : form.path("item")) {
        if (Resources.text(item, "type").equals("boolean")) {
          questions.add(
              new Question(
                  Resources.text(item, "linkId"),
                  new Rule.Text(Resources.text(item, "text"), translated(item.path("_text")))));
        }
      }
      return new RatingForm(Resources.text(form, "url"), List.copyOf(questions));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The English of the FHIR extension {@code translation}. */
  private static String translated(JsonNode text) {
    for (JsonNode part : text.path("extension").path(0).path("extension")) {
      if (Resources.text(part, "url").equals("content")) {
        return Resources.text(part, "valueString");
      }
    }
    return "";
  }
}
