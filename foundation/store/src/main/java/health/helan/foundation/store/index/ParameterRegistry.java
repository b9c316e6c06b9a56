package health.helan.foundation.store.index;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.store.index.Parameter.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The search parameters of every resource type: R4's own, and those added by SearchParameter
 * resources. Types are compiled on first use. Thread-safe; adding custom parameters replaces the
 * whole snapshot.
 */
public final class ParameterRegistry {
  /**
   * A parameter of a SearchParameter resource.
   *
   * @param searchable false until the rows written before it came have been indexed anew
   */
  public record Custom(R4.SearchParam parameter, boolean searchable) {}

  /** A custom parameter that cannot be used, and why (a sentence in English for operators). */
  public record Rejected(R4.SearchParam parameter, String reason) {}

  /** The date a row of a busy type is ordered by; its values stand in date_lo and date_hi. */
  private static final Map<String, String> PRINCIPAL_DATES =
      Map.ofEntries(
          Map.entry("Patient", "birthdate"),
          Map.entry("Condition", "onset-date"),
          Map.entry("MedicationRequest", "authoredon"),
          Map.entry("MedicationDispense", "whenhandedover"),
          Map.entry("MedicationAdministration", "effective-time"),
          Map.entry("ServiceRequest", "authored"),
          Map.entry("Task", "authored-on"),
          Map.entry("Slot", "start"),
          Map.entry("Claim", "created"),
          Map.entry("ExplanationOfBenefit", "created"),
          Map.entry("ChargeItem", "occurrence"),
          Map.entry("Communication", "sent"),
          Map.entry("Provenance", "recorded"),
          Map.entry("Specimen", "collected"),
          Map.entry("ImagingStudy", "started"));

  /**
   * Types of which a patient gathers thousands: there a token of patient and code together keeps
   * {@code patient=X&code=Y} from reading all rows of the patient.
   */
  private static final Map<String, Set<String>> PAIRED =
      Map.of(
          "Observation", Set.of("code", "component-code"),
          "DiagnosticReport", Set.of("code"),
          "MedicationRequest", Set.of("code"),
          "Procedure", Set.of("code"));

  /** R4 parameters that are not answered here: no word index, no sound index, no named queries. */
  private static final Set<String> NOT_SUPPORTED =
      Set.of("_text", "_content", "_query", "phonetic");

  /** Answered from columns, from words that are not indexed, or refused: never in the plan. */
  private static final Set<String> NOT_INDEXED =
      Set.of("_id", "_lastUpdated", "_text", "_content", "_query", "phonetic");

  private static final Pattern CODE = Pattern.compile("[A-Za-z][A-Za-z0-9-]{0,63}");

  private final R4 r4;
  private final Digests digests;
  private final ExpressionEngine engine;
  private final Parameter compartment;
  private volatile Snapshot snapshot = new Snapshot(0, List.of());

  private record Snapshot(
      long version, List<Custom> custom, ConcurrentHashMap<String, TypeIndex> types) {
    Snapshot(long version, List<Custom> custom) {
      this(version, custom, new ConcurrentHashMap<>());
    }
  }

  public ParameterRegistry(R4 r4, Digests digests, ExpressionEngine engine) {
    this.r4 = r4;
    this.digests = digests;
    this.engine = engine;
    compartment =
        new Parameter(
            digests,
            "Resource",
            "_compartment",
            Type.REFERENCE,
            "",
            List.of("Patient"),
            Set.of(),
            Set.of(),
            -1,
            false);
  }

  public R4 definitions() {
    return r4;
  }

  public Digests digests() {
    return digests;
  }

  /** Tokens of the further patients a row belongs to, beside the one in column {@code patient}. */
  public Parameter compartmentParameter() {
    return compartment;
  }

  /** Grows with each change of custom parameters. */
  public long version() {
    return snapshot.version;
  }

  /**
   * Parameters of a type.
   *
   * @throws IllegalArgumentException for a name that is not a resource type
   */
  public TypeIndex type(String type) {
    Snapshot now = snapshot;
    TypeIndex index = now.types.get(type);
    if (index == null) {
      if (!r4.resourceTypes().contains(type)) {
        throw new IllegalArgumentException("no resource type " + type);
      }
      index = now.types.computeIfAbsent(type, t -> compile(t, now.custom, null));
    }
    return index;
  }

  /**
   * Sets the custom parameters, all of them. Writes index them from now on.
   *
   * @return those left out, because the type has a parameter of that code already or the expression
   *     cannot be compiled
   */
  public synchronized List<Rejected> setCustom(List<Custom> custom) {
    List<Rejected> rejected = new ArrayList<>();
    Set<String> types = new LinkedHashSet<>();
    for (Custom one : custom) {
      String base = one.parameter.base();
      if (base.equals("Resource") || base.equals("DomainResource")) {
        types.addAll(r4.resourceTypes());
      } else if (r4.resourceTypes().contains(base)) {
        types.add(base);
      } else {
        rejected.add(new Rejected(one.parameter, "no resource type " + base));
      }
    }
    Snapshot next = new Snapshot(snapshot.version + 1, List.copyOf(custom));
    for (String type : types) {
      next.types.put(type, compile(type, custom, rejected));
    }
    snapshot = next;
    return List.copyOf(new LinkedHashSet<>(rejected));
  }

  private record Draft(R4.SearchParam definition, List<Paths.Place> places, Parameter parameter) {}

  private TypeIndex compile(String type, List<Custom> custom, @Nullable List<Rejected> rejected) {
    Map<String, Draft> drafts = new LinkedHashMap<>();
    Map<String, Parameter> searchable = new LinkedHashMap<>();
    List<TypeIndex.ByExpression> byExpression = new ArrayList<>();
    for (R4.SearchParam definition : r4.searchParameters(type)) {
      if (!drafts.containsKey(definition.code())) {
        add(type, definition, false, drafts, byExpression);
      }
    }
    Set<String> notSearchable = new HashSet<>();
    for (Custom one : custom) {
      R4.SearchParam definition = one.parameter;
      if (!definition.base().equals(type)
          && !definition.base().equals("Resource")
          && !definition.base().equals("DomainResource")) {
        continue;
      }
      if (drafts.containsKey(definition.code())) {
        reject(rejected, definition, type + " has a parameter " + definition.code() + " already");
        continue;
      }
      try {
        checkCustom(definition);
        add(type, definition, true, drafts, byExpression);
        if (!one.searchable) {
          notSearchable.add(definition.code());
        }
      } catch (IllegalArgumentException e) {
        reject(rejected, definition, String.valueOf(e.getMessage()));
      }
    }
    Parameter principalDate = principalDate(type, drafts);
    Map<String, List<Parameter>> compartments = new HashMap<>();
    for (String owner :
        List.of("Patient", "Encounter", "Practitioner", "RelatedPerson", "Device")) {
      List<Parameter> of = new ArrayList<>();
      for (String code : r4.compartment(owner).getOrDefault(type, List.of())) {
        Draft draft = drafts.get(code);
        if (draft != null) {
          of.add(draft.parameter);
        }
      }
      if (!of.isEmpty()) {
        compartments.put(owner, of);
      }
    }
    Parameter patient = patient(type, drafts);
    for (Draft draft : drafts.values()) {
      shape(type, draft, drafts, patient);
    }
    Plan plan = new Plan();
    Map<String, Plan> references = new HashMap<>();
    for (Draft draft : drafts.values()) {
      plan(type, draft, drafts, plan);
      if (draft.parameter.type() == Type.REFERENCE) {
        Plan own = new Plan();
        plan(type, draft, drafts, own);
        references.put(draft.parameter.code(), own);
      }
    }
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    drafts.forEach(
        (code, draft) -> {
          parameters.put(code, draft.parameter);
          if (!notSearchable.contains(code) && !NOT_SUPPORTED.contains(code)) {
            searchable.put(code, draft.parameter);
          }
        });
    return new TypeIndex(
        type,
        parameters,
        searchable,
        compartments,
        plan,
        patient,
        principalDate,
        byExpression,
        references);
  }

  /** Codes become part of statements and of JSON paths. */
  private static void checkCustom(R4.SearchParam definition) {
    if (!CODE.matcher(definition.code()).matches()) {
      throw new IllegalArgumentException("a code has letters, digits and hyphens, at most 64");
    }
    if (definition.type().equals("composite") || definition.type().equals("special")) {
      throw new IllegalArgumentException(
          "parameters of type " + definition.type() + " cannot be added");
    }
  }

  private static void reject(
      @Nullable List<Rejected> rejected, R4.SearchParam definition, String reason) {
    if (rejected != null) {
      rejected.add(new Rejected(definition, reason));
    }
  }

  private void add(
      String type,
      R4.SearchParam definition,
      boolean custom,
      Map<String, Draft> drafts,
      List<TypeIndex.ByExpression> byExpression) {
    boolean common =
        definition.base().equals("Resource") || definition.base().equals("DomainResource");
    List<Paths.Place> places = List.of();
    ExpressionEngine.Compiled compiled = null;
    if (!definition.expression().isBlank()) {
      if (type.equals("Patient") && definition.code().equals("deceased") && !custom) {
        places = Paths.resolve(r4, type, type, "Patient.deceased");
      } else {
        places = Paths.resolve(r4, type, type, definition.expression());
      }
      if (places == null) {
        compiled = engine.compile(type, definition.expression());
        places = List.of();
      }
    } else if (custom) {
      throw new IllegalArgumentException("the parameter has no expression");
    }
    Set<String> leafTypes = new LinkedHashSet<>();
    Set<String> systems = new LinkedHashSet<>();
    for (Paths.Place place : places) {
      leafTypes.add(place.type());
      if (place.type().equals("code")) {
        systems.addAll(systems(place.binding()));
      }
    }
    Parameter parameter =
        new Parameter(
            digests,
            common ? "Resource" : type,
            definition.code(),
            Type.of(definition.type()),
            definition.url(),
            definition.targets(),
            leafTypes,
            systems,
            drafts.size(),
            custom);
    if (compiled != null) {
      parameter.repeats(true);
      byExpression.add(new TypeIndex.ByExpression(parameter, compiled));
    }
    drafts.put(definition.code(), new Draft(definition, places, parameter));
  }

  private Set<String> systems(@Nullable String binding) {
    if (binding == null) {
      return Set.of();
    }
    Set<String> codes = r4.codes(binding);
    if (codes == null) {
      return switch (binding) {
        case "http://hl7.org/fhir/ValueSet/mimetypes" -> Set.of("urn:ietf:bcp:13");
        case "http://hl7.org/fhir/ValueSet/currencies" -> Set.of("urn:iso:std:iso:4217");
        case "http://hl7.org/fhir/ValueSet/all-languages",
            "http://hl7.org/fhir/ValueSet/languages" ->
            Set.of("urn:ietf:bcp:47");
        default -> Set.of();
      };
    }
    Set<String> systems = new LinkedHashSet<>();
    for (String code : codes) {
      int bar = code.indexOf('|');
      if (bar > 0) {
        systems.add(code.substring(0, bar));
      }
    }
    return systems;
  }

  private static @Nullable Parameter principalDate(String type, Map<String, Draft> drafts) {
    Draft draft = drafts.get(PRINCIPAL_DATES.getOrDefault(type, "date"));
    if (draft == null
        || draft.parameter.type() != Type.DATE
        || draft.places.isEmpty()
        || repeats(draft.places)) {
      return null;
    }
    draft.parameter.principalDate();
    return draft.parameter;
  }

  /**
   * A parameter {@code patient} where there is one, else the first single one of the compartment.
   */
  private @Nullable Parameter patient(String type, Map<String, Draft> drafts) {
    if (type.equals("Patient")) {
      return null;
    }
    Draft patient = drafts.get("patient");
    if (patient != null
        && patient.parameter.type() == Type.REFERENCE
        && !patient.parameter.isCustom()) {
      patient.parameter.patient();
      return patient.parameter;
    }
    for (String code : r4.compartment("Patient").getOrDefault(type, List.of())) {
      Draft draft = drafts.get(code);
      if (draft != null && !draft.places.isEmpty() && !repeats(draft.places)) {
        draft.parameter.patient();
        return draft.parameter;
      }
    }
    return null;
  }

  private static boolean repeats(List<Paths.Place> places) {
    for (int i = 0; i < places.size(); i++) {
      if (places.get(i).repeats()) {
        return true;
      }
      for (int j = 0; j < i; j++) {
        if (!places.get(i).excludes(places.get(j))) {
          return true;
        }
      }
    }
    return false;
  }

  /** Types whose addresses are those of people. */
  private static final Set<String> PERSONS =
      Set.of("Patient", "Person", "RelatedPerson", "Practitioner");

  private void shape(
      String type, Draft draft, Map<String, Draft> drafts, @Nullable Parameter patient) {
    Parameter parameter = draft.parameter;
    List<Paths.Place> places = draft.places;
    if (!places.isEmpty()) {
      parameter.repeats(repeats(places));
    }
    if (NOT_INDEXED.contains(parameter.code()) && !parameter.isCustom()) {
      parameter.notIndexed();
      return;
    }
    switch (parameter.type()) {
      case TOKEN -> {
        boolean secret =
            parameter.leafTypes().contains("Identifier")
                || parameter.leafTypes().contains("ContactPoint");
        if (secret) {
          parameter.hidden();
        } else if (places.size() == 1
            && !parameter.repeats()
            && Character.isLowerCase(places.get(0).type().charAt(0))) {
          parameter.scalar();
        }
        if (PAIRED.getOrDefault(type, Set.of()).contains(parameter.code())) {
          parameter.paired();
        }
      }
      case REFERENCE -> {
        parameter.hidden();
        Draft patients = patient == null ? null : drafts.get(patient.code());
        if (patients != null && sameElements(places, patients.places)) {
          parameter.followPatient();
        }
        if (places.stream().anyMatch(place -> place.resolved() != null)) {
          for (Draft other : drafts.values()) {
            if (other != draft
                && other.parameter.type() == Type.REFERENCE
                && other.places.stream().allMatch(place -> place.resolved() == null)
                && sameElements(places, other.places)) {
              parameter.tokensOf(other.parameter);
              break;
            }
          }
        }
      }
      case URI -> {
        if (parameter.owner().equals("Resource")) {
          parameter.hidden();
        }
      }
      case STRING -> {
        // Where people live is found by keyed digests of its beginnings, and stands nowhere plain.
        if (PERSONS.contains(type)
            && (parameter.leafTypes().contains("Address")
                || parameter.code().startsWith("address"))) {
          parameter.hidden();
        }
      }
      default -> {}
    }
    if (parameter.type() == Type.COMPOSITE) {
      return;
    }
    List<String> parts = parts(draft, drafts);
    if (!parts.isEmpty()) {
      parameter.parts(parts);
      parameter.notIndexed();
    } else if (parameter.type() == Type.STRING && !parameter.isCustom()) {
      namesAndAddresses(draft, drafts);
    }
  }

  private static boolean sameElements(List<Paths.Place> some, List<Paths.Place> others) {
    if (some.size() != others.size() || some.isEmpty()) {
      return false;
    }
    for (int i = 0; i < some.size(); i++) {
      if (!some.get(i).sameElements(others.get(i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * {@code combo-code} has the places of {@code code} and {@code component-code}: no own tokens.
   */
  private static List<String> parts(Draft draft, Map<String, Draft> drafts) {
    if (draft.places.size() < 2 || draft.parameter.type() == Type.REFERENCE) {
      return List.of();
    }
    Set<Paths.Place> open = new LinkedHashSet<>(draft.places);
    List<String> parts = new ArrayList<>();
    for (Draft other : drafts.values()) {
      if (other != draft
          && other.parameter.type() == draft.parameter.type()
          && !other.places.isEmpty()
          && other.places.size() < draft.places.size()
          && !other.parameter.isPrincipalDate()
          && !other.parameter.isCustom()
          && open.containsAll(other.places)) {
        other.places.forEach(open::remove);
        parts.add(other.parameter.code());
      }
    }
    return open.isEmpty() ? List.copyOf(parts) : List.of();
  }

  /** {@code name} finds what {@code family} and {@code given} index; only the rest is its own. */
  private static void namesAndAddresses(Draft draft, Map<String, Draft> drafts) {
    if (draft.places.size() != 1) {
      return;
    }
    Paths.Place whole = draft.places.get(0);
    if (!whole.type().equals("HumanName") && !whole.type().equals("Address")) {
      return;
    }
    List<String> parts = new ArrayList<>();
    Set<String> covered = new HashSet<>();
    for (Draft other : drafts.values()) {
      if (other.parameter.type() != Type.STRING
          || other.places.size() != 1
          || other.parameter.isCustom()) {
        continue;
      }
      List<Paths.Step> steps = other.places.get(0).steps();
      if (steps.size() == whole.steps().size() + 1
          && steps.subList(0, whole.steps().size()).equals(whole.steps())) {
        parts.add(other.parameter.code());
        covered.add(steps.getLast().json());
      }
    }
    draft.parameter.parts(parts);
    draft.parameter.coveredByParts(Set.copyOf(covered));
  }

  private void plan(String type, Draft draft, Map<String, Draft> drafts, Plan plan) {
    Parameter parameter = draft.parameter;
    if (parameter.type() == Type.COMPOSITE) {
      composite(type, draft, drafts, plan);
      return;
    }
    if (!parameter.isIndexed()) {
      return;
    }
    boolean deceased =
        type.equals("Patient") && parameter.code().equals("deceased") && !parameter.isCustom();
    for (Paths.Place place : draft.places) {
      Extract extract = deceased ? Extract.NOT_FALSE : Extract.of(parameter.type(), place.type());
      plan.add(place, new Plan.Action(parameter, extract, place.resolved(), null, new boolean[0]));
    }
  }

  private void composite(String type, Draft draft, Map<String, Draft> drafts, Plan plan) {
    Parameter parameter = draft.parameter;
    List<Parameter.Component> components = new ArrayList<>();
    List<R4.SearchParam.Component> defined = draft.definition.components();
    for (int i = 0; i < defined.size(); i++) {
      R4.SearchParam.Component part = defined.get(i);
      Draft like = drafts.get(part.code());
      components.add(
          new Parameter.Component(
              like != null ? like.parameter : tuplePart(parameter, i, part.type(), Set.of()),
              part.expression(),
              part.code()));
    }
    parameter.components(components);
    if (draft.places.size() > 1) {
      List<String> parts = new ArrayList<>();
      for (Paths.Place place : draft.places) {
        for (Draft other : drafts.values()) {
          if (other.parameter.type() == Type.COMPOSITE
              && other.places.equals(List.of(place))
              && expressions(other).equals(expressions(draft))) {
            parts.add(other.parameter.code());
            break;
          }
        }
      }
      if (parts.size() == draft.places.size()) {
        parameter.parts(parts);
        parameter.notIndexed();
        return;
      }
    }
    if (draft.places.size() == 1
        && !draft.places.get(0).repeats()
        && draft.places.get(0).steps().isEmpty()
        && components.stream().allMatch(c -> drafts.containsKey(c.like().code()))) {
      parameter.notIndexed(); // One element: its parts can be searched one by one.
      return;
    }
    List<Parameter.Component> inTuple = new ArrayList<>();
    for (Paths.Place place : draft.places) {
      Plan[] tuple = new Plan[defined.size()];
      boolean[] fromResource = new boolean[defined.size()];
      inTuple.clear();
      for (int i = 0; i < defined.size(); i++) {
        R4.SearchParam.Component part = defined.get(i);
        List<Paths.Place> places = Paths.resolve(r4, type, place.type(), part.expression());
        if (places == null) {
          throw new IllegalArgumentException(
              parameter + ": a part is not a plain path: " + part.expression());
        }
        Set<String> leafTypes = new LinkedHashSet<>();
        places.forEach(p -> leafTypes.add(p.type()));
        Parameter like = tuplePart(parameter, i, partType(part.type(), leafTypes), leafTypes);
        tuple[i] = new Plan();
        for (Paths.Place inner : places) {
          fromResource[i] |= inner.fromResource();
          tuple[i].add(
              inner,
              new Plan.Action(
                  like,
                  Extract.of(like.type(), inner.type()),
                  inner.resolved(),
                  null,
                  new boolean[0]));
        }
        inTuple.add(new Parameter.Component(like, part.expression(), part.code()));
      }
      plan.add(place, new Plan.Action(parameter, Extract.TUPLE, null, tuple, fromResource));
    }
    parameter.components(inTuple);
  }

  /** R4 has parts of DocumentReference.relationship the wrong way round: the element decides. */
  private static String partType(String defined, Set<String> leafTypes) {
    Type type = Type.of(defined);
    if (leafTypes.stream().anyMatch(leaf -> Extract.of(type, leaf) != Extract.PRESENCE)) {
      return defined;
    }
    return leafTypes.contains("Reference") ? "reference" : "token";
  }

  private static List<String> expressions(Draft draft) {
    return draft.definition.components().stream()
        .map(R4.SearchParam.Component::expression)
        .toList();
  }

  private Parameter tuplePart(Parameter composite, int i, String type, Set<String> leafTypes) {
    return new Parameter(
        digests,
        composite.owner(),
        composite.code() + "." + i,
        Type.of(type),
        "",
        List.of(),
        leafTypes,
        Set.of(),
        -1,
        composite.isCustom());
  }
}
