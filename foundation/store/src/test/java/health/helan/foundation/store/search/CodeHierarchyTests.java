package health.helan.foundation.store.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.ValidationSupportContext;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.testing.PostgresForTests;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.ValueSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code :above}, {@code :below}, {@code :in} and {@code :not-in} on what R4 ships, compared with
 * what HAPI reads from the same definitions: neither our compiler nor the engine tells what is
 * right.
 */
class CodeHierarchyTests {
  private static final long SEED = Long.getLong("helan.test.seed", 20261122);
  private static final int RUNS = Boolean.getBoolean("helan.test.full") ? 3_000 : 250;

  private static final FhirContext CONTEXT = FhirContext.forR4();
  private static final DefaultProfileValidationSupport HAPI =
      new DefaultProfileValidationSupport(CONTEXT);
  private static final String HL7 = "http://terminology.hl7.org/CodeSystem/";

  /** Nested ones of FHIR and v3, and flat ones of FHIR and v2. */
  private static final List<String> SYSTEMS =
      List.of(
          HL7 + "v3-ActCode",
          HL7 + "v3-RoleCode",
          HL7 + "condition-clinical",
          HL7 + "data-absent-reason",
          HL7 + "v2-0203",
          "http://hl7.org/fhir/observation-status");

  private static final List<String> VALUE_SETS =
      List.of(
          "http://terminology.hl7.org/ValueSet/v3-ActEncounterCode",
          "http://terminology.hl7.org/ValueSet/v3-ServiceDeliveryLocationRoleType",
          "http://terminology.hl7.org/ValueSet/v3-PersonalRelationshipRoleType",
          "http://terminology.hl7.org/ValueSet/v3-ActPharmacySupplyType",
          "http://hl7.org/fhir/ValueSet/condition-clinical",
          "http://hl7.org/fhir/ValueSet/data-absent-reason",
          "http://hl7.org/fhir/ValueSet/identifier-type",
          "http://hl7.org/fhir/ValueSet/observation-status");

  private static final Random RANDOM = new Random(SEED);

  /** Codes of a system, each with its direct parents. */
  private static final Map<String, Map<String, Set<String>>> PARENTS = new LinkedHashMap<>();

  /** Id to {@code system|code}. */
  private static final Map<String, String> STORED = new HashMap<>();

  private static TestRows rows;

  private static <T> T pick(List<T> list) {
    return list.get(RANDOM.nextInt(list.size()));
  }

  @BeforeAll
  static void observations() throws SQLException {
    for (String url : SYSTEMS) {
      var system = (CodeSystem) Objects.requireNonNull(HAPI.fetchCodeSystem(url), url);
      var parents = new LinkedHashMap<String, Set<String>>();
      nest(system.getConcept(), null, parents);
      PARENTS.put(url, parents);
    }
    rows = new TestRows(PostgresForTests.storeDatabase());
    var resources = new ArrayList<ObjectNode>();
    for (int i = 0; i < 400; i++) {
      String system = pick(SYSTEMS);
      String code = pick(List.copyOf(parents(system).keySet()));
      ObjectNode tree = Json.MAPPER.createObjectNode();
      tree.put("resourceType", "Observation").put("id", "o" + i);
      tree.putObject("code").putArray("coding").addObject().put("system", system).put("code", code);
      resources.add(tree);
      STORED.put("Observation/o" + i, system + "|" + code);
    }
    rows.put(resources, TestRows.NOW);
  }

  private static void nest(
      List<CodeSystem.ConceptDefinitionComponent> concepts,
      @org.jspecify.annotations.Nullable String parent,
      Map<String, Set<String>> parents) {
    for (var concept : concepts) {
      Set<String> above = parents.computeIfAbsent(concept.getCode(), _ -> new HashSet<>());
      if (parent != null) {
        above.add(parent);
      }
      nest(concept.getConcept(), concept.getCode(), parents);
    }
  }

  private static Map<String, Set<String>> parents(String system) {
    return Objects.requireNonNull(PARENTS.get(system), system);
  }

  private static boolean isA(Map<String, Set<String>> parents, String code, String ancestor) {
    return code.equals(ancestor)
        || parents.getOrDefault(code, Set.of()).stream()
            .anyMatch(parent -> isA(parents, parent, ancestor));
  }

  private static List<String> stored(java.util.function.Predicate<String> meaning) {
    return STORED.entrySet().stream()
        .filter(entry -> meaning.test(entry.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  @Test
  void aboveAndBelowFollowTheHierarchyOfTheSystem() throws SQLException {
    int matches = 0;
    for (int run = 0; run < RUNS; run++) {
      String system = pick(SYSTEMS);
      Map<String, Set<String>> parents = parents(system);
      String code = pick(List.copyOf(parents.keySet()));
      boolean below = RANDOM.nextBoolean();
      List<String> right =
          stored(
              full -> {
                String other = full.substring(full.indexOf('|') + 1);
                return full.startsWith(system + "|")
                    && (below ? isA(parents, other, code) : isA(parents, code, other));
              });
      String query = "Observation?code:%s=%s|%s".formatted(below ? "below" : "above", system, code);
      assertThat(rows.all(query))
          .as("seed %d, run %d: %s", SEED, run, query)
          .containsExactlyInAnyOrderElementsOf(right);
      matches += right.size();
    }
    assertThat(matches).isGreaterThan(RUNS / 2);
  }

  @Test
  void inAndNotInFollowTheDefinitionOfTheValueSet() throws SQLException {
    var terminology =
        new ValidationSupportChain(HAPI, new InMemoryTerminologyServerValidationSupport(CONTEXT));
    int matches = 0;
    for (String url : VALUE_SETS) {
      var outcome =
          Objects.requireNonNull(
              terminology.expandValueSet(
                  new ValidationSupportContext(terminology), null, HAPI.fetchValueSet(url)),
              url);
      var expansion = (ValueSet) Objects.requireNonNull(outcome.getValueSet(), outcome.getError());
      var codes = new HashSet<String>();
      expand(expansion.getExpansion().getContains(), codes);
      assertThat(codes).as(url).isNotEmpty();
      List<String> in = stored(codes::contains);
      assertThat(rows.all("Observation?code:in=" + url))
          .as(url)
          .containsExactlyInAnyOrderElementsOf(in);
      assertThat(rows.all("Observation?code:not-in=" + url))
          .as(url)
          .containsExactlyInAnyOrderElementsOf(stored(full -> !codes.contains(full)));
      matches += in.size();
    }
    assertThat(matches).isGreaterThan(100);
  }

  private static void expand(
      List<ValueSet.ValueSetExpansionContainsComponent> contains, Set<String> codes) {
    for (var each : contains) {
      codes.add(each.getSystem() + "|" + each.getCode());
      expand(each.getContains(), codes);
    }
  }

  @Test
  void aCodeAloneIsOneOfTheSystemThatTheElementImplies() throws SQLException {
    rows.put("{'resourceType':'Encounter','id':'e1','status':'finished'}");
    assertThat(rows.all("Encounter?status:below=finished")).containsExactly("Encounter/e1");
    assertThat(rows.all("Encounter?status:below=FINISHED")).containsExactly("Encounter/e1");
    assertThat(rows.all("Encounter?status:above=planned")).isEmpty();
    assertThat(rows.all("Encounter?status:in=http://hl7.org/fhir/ValueSet/encounter-status|4.0.1"))
        .containsExactly("Encounter/e1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "Observation?code:below=http://loinc.org|1; search.hierarchy-unknown",
        "Observation?code:below=1; search.hierarchy-unknown",
        "Observation?status:above=nonsense; search.code-unknown",
        "Observation?code:in=http://hl7.org/fhir/ValueSet/observation-codes; search.value-set-unknown",
        "Observation?code:not-in=http://hl7.org/fhir/ValueSet/mimetypes; search.value-set-unknown",
        "Observation?code:in=http://nowhere/vs; search.value-set-unknown",
      })
  void whatIsNotShippedWholeIsRefused(String query, String key) {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> rows.all(query))
        .satisfies(refusal -> assertThat(refusal.messageKey()).isEqualTo(key));
  }
}
