package health.helan.pharmacy.review;

import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.Faults;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.rules.RuleState;
import health.helan.foundation.trust.rules.RuleStep;
import health.helan.foundation.trust.rules.RuleVersions;
import health.helan.pharmacy.knowledge.Drug;
import health.helan.pharmacy.knowledge.Knowledge;
import health.helan.pharmacy.knowledge.KnowledgeBook;
import health.helan.pharmacy.knowledge.KnowledgeRefused;
import health.helan.pharmacy.review.rules.Finding;
import health.helan.pharmacy.review.rules.Rule;
import health.helan.pharmacy.review.rules.ShippedRules;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Operations of rules, knowledge and screening; {@code docs/guide/prescription-review.md} tells of
 * their parameters. Each reads parameters and answers; the services decide.
 */
public final class ReviewOperations {
  /** What the policy calls them ({@code docs/guide/access.md}). */
  static final String READ = "review-rules";

  static final String WRITE = "review-rule";
  static final String KNOW = "drug-knowledge";
  static final String LOAD = "drug-knowledge-load";
  static final String SCREEN = "screen";

  private static final Logger LOG = LoggerFactory.getLogger(ReviewOperations.class);
  private static final String DEFINITIONS = "https://helan.health/fhir/OperationDefinition/";
  private static final int MOST_TRIED = 5_000;
  private static final int USUALLY_TRIED = 500;
  private static final int DAYS_TRIED = 90;
  private static final int MOST_DRUGS = 20;
  private static final int SHORTEST_REASON = 4;
  private static final int LONGEST_REASON = 500;

  private final Review review;

  private ReviewOperations(Review review) {
    this.review = review;
  }

  public static List<FhirOperation> all(Review review) {
    var these = new ReviewOperations(review);
    return List.of(
        these.onSystem("review-rules", false, READ, these::rules),
        these.onSystem("review-rule", true, WRITE, these::draft),
        these.onSystem("review-rule-step", true, WRITE, these::step),
        these.onSystem("review-rule-try", true, WRITE, these::tryOut),
        these.onSystem("drug-knowledge", false, KNOW, these::bases),
        these.onSystem("drugs", false, KNOW, these::drugs),
        these.onSystem("drug-knowledge-load", true, LOAD, these::load),
        these.onSystem("drug-knowledge-step", true, LOAD, these::decide),
        operation(
            "screen",
            FhirOperation.Level.TYPE,
            Set.of("MedicationRequest"),
            false,
            SCREEN,
            these::screen));
  }

  private FhirOperation onSystem(
      String name, boolean changes, String policy, Function<FhirOperation.Call, Answer> work) {
    return operation(name, FhirOperation.Level.SYSTEM, Set.of(), changes, policy, work);
  }

  static FhirOperation operation(
      String name,
      FhirOperation.Level level,
      Set<String> types,
      boolean changes,
      String policy,
      Function<FhirOperation.Call, Answer> work) {
    var spec =
        new FhirOperation.Spec(
            name, Set.of(level), types, changes, DEFINITIONS + "prescription-review-" + name);
    return new FhirOperation() {
      @Override
      public Spec spec() {
        return spec;
      }

      @Override
      public Answer execute(Call call) {
        call.store().checkMayOperate(call.caller(), policy);
        if (call.body() != null
            && !"Parameters".equals(call.body().path("resourceType").asString(""))) {
          throw new Refusal(Refusal.Kind.INVALID, "review.parameters-expected");
        }
        try {
          return work.apply(call);
        } catch (KnowledgeRefused e) {
          throw new Faults(
              e.faults().stream()
                  .map(
                      fault ->
                          new Refusal(
                              Refusal.Kind.INVALID,
                              fault.place(),
                              fault.key(),
                              fault.arguments().toArray()))
                  .toList());
        } catch (Sql.DatabaseFailed e) {
          LOG.warn("Review could not be asked", e);
          throw new Refusal(Refusal.Kind.TRANSIENT, "review.database");
        }
      }
    };
  }

  // ------------------------------------------------------------------ parameters

  static String need(FhirOperation.Call call, String name) {
    String value = text(call, name);
    if (value == null) {
      throw new Refusal(
          Refusal.Kind.INVALID, "Parameters", "review.parameter-missing", new Object[] {name});
    }
    return value;
  }

  static @Nullable String text(FhirOperation.Call call, String name) {
    String value = call.text(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  static Refusal wrong(String name) {
    return new Refusal(Refusal.Kind.VALUE, "Parameters", "review.parameter", new Object[] {name});
  }

  private static int number(FhirOperation.Call call, String name, int otherwise, int most) {
    String value = text(call, name);
    if (value == null) {
      return otherwise;
    }
    if (!value.matches("\\d{1,6}") || Integer.parseInt(value) > most) {
      throw wrong(name);
    }
    return Integer.parseInt(value);
  }

  /** Why something is decided: short, and needed. */
  static String reason(FhirOperation.Call call) {
    return reason(need(call, "reason"));
  }

  static String reason(String reason) {
    if (reason.length() < SHORTEST_REASON || reason.length() > LONGEST_REASON) {
      throw new Refusal(
          Refusal.Kind.VALUE, "review.reason-length", SHORTEST_REASON, LONGEST_REASON);
    }
    return reason;
  }

  static ObjectNode parameters() {
    ObjectNode parameters = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    parameters.putArray("parameter");
    return parameters;
  }

  static ArrayNode part(ObjectNode parameters, String name) {
    return parameters.withArray("parameter").addObject().put("name", name).putArray("part");
  }

  static void put(ArrayNode parts, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      parts.addObject().put("name", name).put("valueString", value);
    }
  }

  static void put(ArrayNode parts, String name, int value) {
    parts.addObject().put("name", name).put("valueInteger", value);
  }

  static void put(ArrayNode parts, String name, boolean value) {
    parts.addObject().put("name", name).put("valueBoolean", value);
  }

  static Answer answer(ObjectNode parameters) {
    if (parameters.path("parameter").isEmpty()) {
      parameters.remove("parameter"); // FHIR knows no empty list.
    }
    return Answer.ok(Json.MAPPER.writeValueAsBytes(parameters));
  }

  // ------------------------------------------------------------------ rules

  /** {@code GET $review-rules}: shipped and own, each with its JSON. */
  private Answer rules(FhirOperation.Call call) {
    ObjectNode answer = parameters();
    Set<String> replaced = new HashSet<>();
    List<RuleVersions.Version> versions = review.rules().versions();
    for (RuleVersions.Version version : versions) {
      if (version.state() == RuleState.LIVE) {
        replaced.add(version.rule());
      }
    }
    for (Rule rule : ShippedRules.all().values()) {
      ArrayNode parts = part(answer, "rule");
      put(parts, "rule", rule.rule());
      put(parts, "version", rule.version());
      put(parts, "state", replaced.contains(rule.rule()) ? "replaced" : RuleState.LIVE.code());
      put(parts, "shipped", true);
      say(parts, rule.spec(), call.language());
    }
    versions.forEach(version -> put(part(answer, "rule"), version, call.language()));
    return answer(answer);
  }

  private static void put(ArrayNode parts, RuleVersions.Version version, Locale language) {
    put(parts, "rule", version.rule());
    put(parts, "version", version.version());
    put(parts, "state", version.state().code());
    put(parts, "shipped", false);
    put(parts, "off", version.isOff());
    say(parts, version.spec(), language);
    put(parts, "tried", version.tried());
    put(parts, "madeBy", version.madeBy());
    put(parts, "made", version.made().toString());
    put(parts, "decidedBy", version.decidedBy());
    put(parts, "decided", version.decided() == null ? null : version.decided().toString());
    put(parts, "reason", version.reason());
  }

  private static void say(ArrayNode parts, ObjectNode spec, Locale language) {
    String in = language.getLanguage().equals("en") ? "en" : "zh";
    put(parts, "kind", spec.path("kind").asString(""));
    put(parts, "severity", spec.path("severity").asString(""));
    put(parts, "code", spec.path("code").asString(""));
    put(parts, "title", spec.path("title").path(in).asString(""));
    put(parts, "source", spec.path("source").path(in).asString(""));
    put(parts, "spec", spec.toString());
  }

  /** {@code POST $review-rule}: {@code spec}. Answers with the draft. */
  private Answer draft(FhirOperation.Call call) {
    RuleVersions.Version version =
        review.rules().draft(Rule.json(need(call, "spec")), call.caller().subject());
    ObjectNode answer = parameters();
    put(part(answer, "rule"), version, call.language());
    return answer(answer);
  }

  /**
   * {@code POST $review-rule-step}: {@code rule}, {@code version}, {@code step}, {@code reason}.
   */
  private Answer step(FhirOperation.Call call) {
    RuleStep step = RuleStep.of(need(call, "step"));
    if (step == null) {
      throw wrong("step");
    }
    RuleVersions.Version version =
        review
            .rules()
            .take(
                need(call, "rule"),
                number(call, "version", 0, 999_999),
                step,
                call.caller().subject(),
                reason(call));
    ObjectNode answer = parameters();
    put(part(answer, "rule"), version, call.language());
    return answer(answer);
  }

  /**
   * {@code POST $review-rule-try}: {@code spec}, or {@code rule} and {@code version} of a draft;
   * {@code since}, {@code most}. Answers counts and examples, and keeps the counts with the draft.
   */
  private Answer tryOut(FhirOperation.Call call) {
    String spec = text(call, "spec");
    RuleVersions.Version version =
        spec == null
            ? review.rules().find(need(call, "rule"), number(call, "version", 0, 999_999))
            : null;
    if (version != null && version.isOff()) {
      throw wrong("rule");
    }
    Rule rule =
        review
            .rules()
            .check(version == null ? Rule.json(spec == null ? "" : spec) : version.spec());
    LocalDate since = since(call);
    DryRun.Found found =
        review
            .dryRun()
            .run(call.caller(), rule, since, number(call, "most", USUALLY_TRIED, MOST_TRIED));
    boolean isFew = found.fired() > 0 && found.fired() < DryRun.FEW && !call.caller().isRoot();
    if (version != null) {
      review
          .rules()
          .tried(
              version.rule(),
              version.version(),
              Json.MAPPER
                  .createObjectNode()
                  .put("at", review.now().toString())
                  .put("by", call.caller().subject())
                  .put("since", since.toString())
                  .put("prescriptions", found.prescriptions())
                  .put("fired", isFew ? "<" + DryRun.FEW : Integer.toString(found.fired()))
                  .put("unknown", found.unknown()));
    }
    ObjectNode answer = parameters();
    ArrayNode parts = part(answer, "result");
    put(parts, "prescriptions", found.prescriptions());
    put(parts, "fired", isFew ? "<" + DryRun.FEW : Integer.toString(found.fired()));
    put(parts, "unknown", found.unknown());
    for (String example : found.examples()) {
      parts
          .addObject()
          .put("name", "example")
          .putObject("valueReference")
          .put("reference", example);
    }
    return answer(answer);
  }

  private LocalDate since(FhirOperation.Call call) {
    String since = text(call, "since");
    try {
      return since == null ? review.today().minusDays(DAYS_TRIED) : LocalDate.parse(since);
    } catch (DateTimeException e) {
      throw wrong("since");
    }
  }

  // ------------------------------------------------------------------ knowledge

  /** {@code GET $drug-knowledge}: the base in force, and those that were handed in. */
  private Answer bases(FhirOperation.Call call) {
    Knowledge base = review.knowledge().inForce();
    ObjectNode answer = parameters();
    ArrayNode parts = part(answer, "inForce");
    put(parts, "base", base.head().id());
    put(parts, "version", base.head().version());
    put(parts, "title", base.head().title().in(call.language()));
    put(parts, "source", base.head().source().in(call.language()));
    put(parts, "licence", base.head().licence());
    put(parts, "verified", base.head().verified());
    put(parts, "drugs", base.drugs().size());
    put(parts, "interactions", base.interactions());
    for (KnowledgeBook.Loaded one : review.knowledge().list()) {
      ArrayNode loaded = part(answer, "loaded");
      put(loaded, "base", one.base());
      put(loaded, "version", one.version());
      put(loaded, "state", one.state());
      put(loaded, "digest", one.digest());
      put(loaded, "made", one.made().toString());
      put(loaded, "madeBy", one.madeBy());
      put(loaded, "decidedBy", one.decidedBy());
      put(loaded, "reason", one.reason());
    }
    return answer(answer);
  }

  /**
   * {@code GET $drugs}: {@code name}, a part of a product's name or first letters of its pinyin.
   * For forms that ask for a drug.
   */
  private Answer drugs(FhirOperation.Call call) {
    String name = need(call, "name");
    Knowledge base = review.knowledge().inForce();
    ObjectNode answer = parameters();
    for (Knowledge.Found one : base.products(name, MOST_DRUGS)) {
      Drug drug = one.drug();
      Drug.Product product = one.product();
      ArrayNode parts = part(answer, "drug");
      coding(parts, "code", Knowledge.SYSTEM, drug.id()).put("display", product.name());
      for (String atc : drug.atc()) {
        coding(parts, "atc", Knowledge.ATC, atc);
      }
      put(parts, "kind", drug.kind().code());
      put(parts, "form", product.form());
      put(parts, "route", product.route());
      put(parts, "unit", product.unit());
      put(parts, "control", drug.control().code());
      for (double mg : product.strengthsMg()) {
        parts
            .addObject()
            .put("name", "strength")
            .putObject("valueQuantity")
            .put("value", mg)
            .put("unit", "mg")
            .put("system", "http://unitsofmeasure.org")
            .put("code", "mg");
      }
    }
    ArrayNode of = part(answer, "base");
    put(of, "title", base.head().title().in(call.language()));
    put(of, "source", base.head().source().in(call.language()));
    put(of, "verified", base.head().verified());
    return answer(answer);
  }

  private static ObjectNode coding(ArrayNode parts, String name, String system, String code) {
    return parts
        .addObject()
        .put("name", name)
        .putObject("valueCoding")
        .put("system", system)
        .put("code", code);
  }

  /** {@code POST $drug-knowledge-load}: {@code file}, an Attachment with the JSON. */
  private Answer load(FhirOperation.Call call) {
    String data = "";
    for (JsonNode parameter :
        call.body() == null ? Json.MAPPER.createArrayNode() : call.body().path("parameter")) {
      if (parameter.path("name").asString("").equals("file")) {
        data = parameter.path("valueAttachment").path("data").asString("");
      }
    }
    byte[] file;
    try {
      file = Base64.getMimeDecoder().decode(data);
    } catch (IllegalArgumentException e) {
      throw wrong("file");
    }
    if (file.length == 0) {
      throw new Refusal(
          Refusal.Kind.INVALID, "Parameters", "review.parameter-missing", new Object[] {"file"});
    }
    Knowledge loaded = review.knowledge().load(file, call.caller().subject());
    ObjectNode answer = parameters();
    ArrayNode parts = part(answer, "loaded");
    put(parts, "base", loaded.head().id());
    put(parts, "version", loaded.head().version());
    put(parts, "drugs", loaded.drugs().size());
    put(parts, "interactions", loaded.interactions());
    return answer(answer);
  }

  /**
   * {@code POST $drug-knowledge-step}: {@code base}, {@code version}, {@code step}, {@code reason}.
   */
  private Answer decide(FhirOperation.Call call) {
    String base = need(call, "base");
    String version = need(call, "version");
    String by = call.caller().subject();
    switch (need(call, "step")) {
      case "go-live" -> review.knowledge().activate(base, version, by, reason(call));
      case "retire" -> review.knowledge().retire(base, version, by, reason(call));
      default -> throw wrong("step");
    }
    return bases(call);
  }

  // ------------------------------------------------------------------ screening

  /**
   * {@code POST MedicationRequest/$screen}: {@code request}, MedicationRequests of one prescription
   * that is not signed yet. Answers with findings; writes nothing.
   */
  private Answer screen(FhirOperation.Call call) {
    List<ObjectNode> requests = new ArrayList<>();
    for (JsonNode parameter :
        call.body() == null ? Json.MAPPER.createArrayNode() : call.body().path("parameter")) {
      if (parameter.path("name").asString("").equals("request")
          && parameter.path("resource") instanceof ObjectNode request) {
        requests.add(request);
      }
    }
    Review.Screened screened = review.screen(call.caller(), requests);
    ObjectNode answer = parameters();
    for (Finding finding : screened.findings()) {
      put(part(answer, "finding"), finding, call.language());
    }
    ArrayNode base = part(answer, "base");
    put(base, "title", screened.base().title().in(call.language()));
    put(base, "version", screened.base().version());
    put(base, "source", screened.base().source().in(call.language()));
    put(base, "verified", screened.base().verified());
    return answer(answer);
  }

  static void put(ArrayNode parts, Finding finding, Locale language) {
    put(parts, "key", finding.key());
    put(parts, "rule", finding.rule());
    put(parts, "version", finding.version());
    put(parts, "severity", finding.severity().code());
    put(parts, "trial", finding.trial());
    put(parts, "code", finding.code());
    finding.items().forEach(item -> put(parts, "item", item));
    put(parts, "title", finding.title().in(language));
    put(parts, "sentence", finding.sentence().in(language));
    put(parts, "source", finding.source().in(language));
  }
}
