package health.helan.foundation.store.validation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.validation.SingleValidationMessage;
import health.helan.foundation.store.Json;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Ours and HAPI's validator must come to the same verdict on samples and on thousands of small
 * changes to them, except for what {@link #isBeyondOurs} and {@link #isStricter} name.
 */
class AgreementWithHapiTests {
  private static final int MUTANTS = Boolean.getBoolean("helan.test.full") ? 600 : 8;
  private static final long SEED = Long.getLong("helan.test.seed", 20261122);

  /** What HAPI checks and ours leaves to the checks behind the change log. */
  private static final List<Pattern> BEYOND_OURS =
      List.of(
          // Invariants, but for those ours has.
          Pattern.compile(
              "http://hl7\\.org/fhir/StructureDefinition/.*#(?!ele-1|ext-1|ref-1|dom-2).*"),
          Pattern.compile("CONTAINED_ORPHAN_DOM3"),
          // Codes under bindings that are not required, units, and systems of such codes.
          Pattern.compile("Terminology_PassThrough_TX_Message"),
          Pattern.compile("Terminology_TX_System_Relative"),
          // A code that has only an extension (data-absent-reason): HAPI wants a code all the same.
          Pattern.compile("Terminology_TX_Code_ValueSet_MISSING"),
          // The sense of a resource as a whole.
          Pattern.compile(
              "(?i)(BUNDLE|QUESTIONNAIRE|MEASURE|CONCEPTMAP|SD|CODESYSTEM|VALUESET)_.*"),
          Pattern.compile("Extension_EXT_.*"),
          Pattern.compile("(?i)TYPE_SPECIFIC_CHECKS_DT_IDENTIFIER_.*"),
          // Official examples have relative canonicals, Base64 with blanks and hexadecimal hashes.
          Pattern.compile("TYPE_SPECIFIC_CHECKS_(CANONICAL_ABSOLUTE|DT_ATT_.*)"),
          Pattern.compile("Type_Specific_Checks_DT_XHTML_Resolve_Img"));

  /** Where ours says no by the specification's text and HAPI does not mind. */
  private static final Set<String> STRICTER =
      Set.of(
          "reference.format", // HAPI lets any relative URL pass, "Patient" and "10:00" included
          "reference.unknown-type", // the same
          "reference.conditional", // the same; ours has an option for it
          "text.control", // see Primitive.string
          "shape.empty-list"); // JSON format: "an array cannot be empty"; HAPI minds only in places

  static boolean isBeyondOurs(SingleValidationMessage error) {
    String id = Objects.requireNonNullElse(error.getMessageId(), "");
    return BEYOND_OURS.stream().anyMatch(p -> p.matcher(id).matches());
  }

  private static boolean isStricter(Issue issue) {
    return STRICTER.contains(issue.messageKey())
        // Ids and Extension.url are attributes in XML and have no place for extensions.
        || issue.messageKey().equals("property.unknown")
            && (issue.arguments().contains("_url") || issue.arguments().contains("_id"));
  }

  /** Null if both agree or HAPI gives up; else what each found. */
  static @Nullable String disagreement(String json) {
    List<Issue> ours = Validator.get().validate(Json.MAPPER.readTree(json), Options.STORED);
    List<SingleValidationMessage> hapi = Oracle.errors(json);
    if (hapi == null) {
      return null;
    }
    boolean oursAlone =
        hapi.isEmpty() && !ours.stream().allMatch(AgreementWithHapiTests::isStricter);
    boolean hapiAlone =
        ours.isEmpty() && !hapi.stream().allMatch(AgreementWithHapiTests::isBeyondOurs);
    if (!oursAlone && !hapiAlone) {
      return null;
    }
    return "ours: "
        + ours
        + ", HAPI's: "
        + hapi.stream()
            .map(m -> m.getMessageId() + " " + m.getLocationString() + " " + m.getMessage())
            .toList();
  }

  private static String read(String sample) throws IOException {
    try (var in = AgreementWithHapiTests.class.getResourceAsStream("samples/" + sample + ".json")) {
      return new String(Objects.requireNonNull(in, sample).readAllBytes(), UTF_8);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "appointment",
        "bundle",
        "condition",
        "diagnostic-report",
        "encounter",
        "medication-request",
        "observation",
        "patient",
        "questionnaire"
      })
  void holdsOnTheSampleAndItsMutants(String sample) throws IOException {
    String json = read(sample);
    JsonNode tree = Json.MAPPER.readTree(json);
    assertThat(Validator.get().validate(tree, Options.STORED)).isEmpty();
    assertThat(Oracle.errors(json)).isEmpty();

    var mutations = new Mutations(new Random(SEED + sample.hashCode()));
    int bad = 0;
    for (int i = 0; i < MUTANTS; i++) {
      Mutations.Mutant mutant = mutations.mutate(tree);
      String text = mutant.tree().toString();
      assertThat(disagreement(text)).as("seed %d, mutant %d, %s", SEED, i, mutant.what()).isNull();
      bad += Validator.get().validate(mutant.tree(), Options.STORED).isEmpty() ? 0 : 1;
    }
    assertThat(bad).as("mutants that are wrong").isGreaterThan(MUTANTS / 3);
  }

  /** Official examples on which the verdicts must agree; only some in the short run. */
  @Test
  void holdsOnTheOfficialExamples() throws IOException {
    int step = Boolean.getBoolean("helan.test.full") ? 1 : 60;
    Iterator<OfficialExamples.Example> examples = OfficialExamples.all().iterator();
    for (int i = 0; examples.hasNext(); i++) {
      OfficialExamples.Example example = examples.next();
      if (i % step == 0 && !OfficialExamples.FAULTY.containsKey(example.name())) {
        assertThat(disagreement(example.json())).as(example.name()).isNull();
      }
    }
  }
}
