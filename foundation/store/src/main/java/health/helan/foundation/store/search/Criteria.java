package health.helan.foundation.store.search;

import static health.helan.foundation.store.search.ParameterPredicates.invalid;

import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.index.Digests;
import health.helan.foundation.store.index.Indexer;
import health.helan.foundation.store.index.Parameter;
import health.helan.foundation.store.index.Parameter.Kind;
import health.helan.foundation.store.index.ParameterRegistry;
import health.helan.foundation.store.index.TypeIndex;
import health.helan.foundation.store.sql.SqlText;
import health.helan.foundation.store.sql.Tables;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * From the criteria of a search to the condition on the rows of one type. Chains and {@code _has}
 * that no column serves are answered in two steps: their inner matches are fetched first. Every
 * step carries the caller's policy.
 */
final class Criteria {
  /** More inner matches of a chain than this are refused. */
  static final int MOST_INNER = 50_000;

  private static final int DEEPEST = 8;

  /** Rows of so many patients are found by the patients, whatever else is asked for. */
  private static final int FEW_PATIENTS = 20;

  private final ParameterRegistry registry;
  private final Digests digests;
  private final ParameterPredicates predicates;
  private final AccessPolicy policy;
  private final HomeOf homes;
  private final ContentCodec codec;
  private final Run run;

  /** Of the criteria read last: the patients of one of whom all their rows are, by the column. */
  private long @Nullable [] patients;

  /** Executes the statements of one search, so that each is counted and has its share of time. */
  interface Run {
    Connection connection();

    Caller caller();

    java.sql.PreparedStatement prepare(SqlText sql) throws SQLException;

    /** For what is planned once: the plan is the same whatever the values are. */
    java.sql.PreparedStatement prepareByKey(SqlText sql) throws SQLException;

    /** Who is one person, as this search sees it. */
    LinkedPatients linked();
  }

  Criteria(
      ParameterRegistry registry,
      ParameterPredicates predicates,
      AccessPolicy policy,
      HomeOf homes,
      ContentCodec codec,
      Run run) {
    this.registry = registry;
    this.digests = registry.digests();
    this.predicates = predicates;
    this.policy = policy;
    this.homes = homes;
    this.codec = codec;
    this.run = run;
  }

  /** A parameter that the type does not have. */
  static final class UnknownParameter extends Refusal {
    private static final long serialVersionUID = 1L;

    UnknownParameter(String type, String name) {
      super(Refusal.Kind.NOT_SUPPORTED, "search.unknown-parameter", name, type);
    }
  }

  /**
   * All criteria together.
   *
   * @param owner type of the compartment's owner; null for none
   * @param unknown takes unknown parameters; null refuses them
   * @param used takes the parameters that were used; may be null
   */
  Predicate all(
      String type,
      List<SearchRequest.Parameter> criteria,
      @Nullable String owner,
      @Nullable String ownerId,
      @Nullable List<Refusal> unknown,
      @Nullable List<SearchRequest.Parameter> used)
      throws SQLException {
    TypeIndex index = registry.type(type);
    List<Predicate> all = new ArrayList<>();
    long[] patients = null;
    Predicate byPatients = null;
    if (owner != null && ownerId != null) {
      Predicate compartment = compartment(index, owner, ownerId);
      if (isColumnOnly(index, owner)) {
        patients = run.linked().with(digests.reference(owner, ownerId));
        byPatients = compartment;
      } else {
        all.add(owner.equals("Patient") ? new Predicate.Few(compartment) : compartment);
      }
    }
    List<SearchRequest.Parameter> paired = new ArrayList<>();
    Set<Predicate> codes = new HashSet<>();
    for (SearchRequest.Parameter one : criteria) {
      try {
        checkText(one);
        Parameter plain = index.searchable().get(one.name());
        if (plain != null && isPaired(index, plain) && !one.value().isEmpty()) {
          paired.add(one);
        } else {
          long[] column = byPatients == null ? patients(index, predicates, one) : null;
          if (column != null) {
            patients = linked(index, plain).with(column);
            byPatients = ParameterPredicates.patients(patients);
          } else {
            Predicate predicate = one(index, one.name(), one.value(), 0);
            all.add(
                predicate instanceof Predicate.Token && isRare(index, one.name())
                    ? new Predicate.Few(predicate)
                    : predicate);
            if (isCode(index, one.name())) {
              codes.add(predicate);
            }
          }
        }
      } catch (UnknownParameter e) {
        if (unknown == null) {
          throw e;
        }
        unknown.add(e);
        continue;
      }
      if (used != null) {
        used.add(one);
      }
    }
    boolean covered = false;
    for (SearchRequest.Parameter one : paired) {
      Parameter p = ParameterPredicates.part(index, one.name());
      Predicate plain = predicates.of(index, p, null, one.value(), LinkedPatients.NONE);
      codes.add(plain);
      boolean[] exact = {true};
      Predicate pair = patients == null ? null : paired(index, p, one.value(), patients, exact);
      if (pair == null) {
        all.add(plain);
      } else {
        covered = true;
        all.add(new Predicate.Few(pair));
        if (!exact[0]) {
          all.add(plain);
        }
      }
    }
    this.patients = patients;
    if (byPatients == null) {
      // Found by the rows of few patients all the same: a compartment, or a chain to an identifier.
      boolean isOfFew =
          all.stream()
              .anyMatch(
                  one ->
                      one instanceof Predicate.Few few
                          && !(few.predicate() instanceof Predicate.Token));
      return isOfFew
          ? Predicate.and(all.stream().map(one -> beside(one, codes)).toList())
          : Predicate.and(all);
    }
    if (!covered) {
      all.add(0, new Predicate.Few(byPatients));
    }
    return Predicate.and(all.stream().map(one -> beside(one, codes)).toList());
  }

  /**
   * Of whom all rows of the criteria read last have one in the column {@code patient}; null where
   * that is not said.
   */
  long @Nullable [] patients() {
    return patients;
  }

  /**
   * What speaks of a Patient as a record, and not as a resident, means that very one: its links,
   * the Persons and Linkages that name it, and the Provenance of a version of it.
   */
  private LinkedPatients linked(TypeIndex index, @Nullable Parameter p) {
    return switch (index.type()) {
      case "Patient", "Person", "Linkage" -> LinkedPatients.NONE;
      case "Provenance" ->
          p != null && p.code().equals("target") ? LinkedPatients.NONE : run.linked();
      default -> run.linked();
    };
  }

  /**
   * Whether a search asks for rows of one patient, by parameters that need no other table: then one
   * plan is good for every patient.
   */
  static boolean isOfOnePatient(
      ParameterRegistry registry, ParameterPredicates predicates, SearchRequest request) {
    for (SearchRequest.Parameter one : request.parameters()) {
      if (one.name().indexOf('.') >= 0
          || one.name().startsWith("_has:")
          || one.name().equals("_list")
          || request.type() == null && one.name().equals("_sort")) {
        return false;
      }
    }
    String type = request.type();
    if (request.compartmentOwner() != null || type == null) {
      return "Patient".equals(request.compartmentOwner())
          && (type == null
              || registry.definitions().resourceTypes().contains(type)
                  && isColumnOnly(registry.type(type), "Patient"));
    }
    if (!registry.definitions().resourceTypes().contains(type)) {
      return false;
    }
    TypeIndex index = registry.type(type);
    for (SearchRequest.Parameter one : request.parameters()) {
      long[] patients = patients(index, predicates, one);
      if (patients != null) {
        return patients.length == 1;
      }
    }
    return false;
  }

  /**
   * A patient's rows are few, a code's are many: then reading the code's index costs more than
   * looking at the patient's rows.
   */
  private static Predicate beside(Predicate predicate, Set<Predicate> codes) {
    return codes.contains(predicate) ? new Predicate.Checked(predicate) : predicate;
  }

  /** What a whole region points to. */
  private static final Set<String> BROAD =
      Set.of("Organization", "Practitioner", "PractitionerRole", "Location", "HealthcareService");

  /**
   * Identifiers, and references within a record: few rows have any one of them. Said here, because
   * the planner guesses the number of rows with a token that its statistics do not list, and
   * guesses too high on a large table.
   */
  private static boolean isRare(TypeIndex index, String name) {
    int colon = name.indexOf(':');
    Parameter p = index.searchable().get(colon < 0 ? name : name.substring(0, colon));
    if (p == null || colon >= 0 && name.endsWith(":not")) {
      return false;
    }
    return p.type() == Parameter.Type.TOKEN && p.leafTypes().contains("Identifier")
        || p.type() == Parameter.Type.REFERENCE
            && !p.targets().isEmpty()
            && p.targets().stream().noneMatch(BROAD::contains);
  }

  /** Coded values and composites with them, but not identifiers. */
  private static boolean isCode(TypeIndex index, String name) {
    int colon = name.indexOf(':');
    Parameter p = index.searchable().get(colon < 0 ? name : name.substring(0, colon));
    return p != null
        && !p.isHidden()
        && (p.type() == Parameter.Type.TOKEN || p.type() == Parameter.Type.COMPOSITE);
  }

  private static boolean isPaired(TypeIndex index, Parameter p) {
    return p.isPaired()
        || !p.parts().isEmpty()
            && p.parts().stream()
                .allMatch(part -> ParameterPredicates.part(index, part).isPaired());
  }

  private @Nullable Predicate paired(
      TypeIndex index, Parameter p, String value, long[] patients, boolean[] exact) {
    if (p.isPaired()) {
      return predicates.paired(p, value, patients, exact);
    }
    List<Predicate> any = new ArrayList<>();
    for (String part : p.parts()) {
      Predicate one =
          predicates.paired(ParameterPredicates.part(index, part), value, patients, exact);
      if (one == null) {
        return null;
      }
      any.add(one);
    }
    return Predicate.or(any);
  }

  private static long @Nullable [] patients(
      TypeIndex index, ParameterPredicates predicates, SearchRequest.Parameter one) {
    int colon = one.name().indexOf(':');
    String code = colon < 0 ? one.name() : one.name().substring(0, colon);
    Parameter p = index.searchable().get(code);
    return p == null || one.value().isEmpty()
        ? null
        : predicates.patientsOf(p, colon < 0 ? null : one.name().substring(colon + 1), one.value());
  }

  /** PostgreSQL's texts hold no character 0, and half a surrogate pair is no character. */
  private static void checkText(SearchRequest.Parameter one) {
    for (String text : List.of(one.name(), one.value())) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        boolean wrong =
            c == 0
                || Character.isHighSurrogate(c)
                    && (i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1)))
                || Character.isLowSurrogate(c)
                    && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
        if (wrong) {
          throw invalid("search.not-text");
        }
      }
    }
  }

  /** One criterion: a parameter, a chain, {@code _has} or one of those every type has. */
  private Predicate one(TypeIndex index, String name, String value, int depth) throws SQLException {
    if (depth > DEEPEST) {
      throw new Refusal(Refusal.Kind.TOO_COSTLY, "search.chain-too-deep");
    }
    if (name.startsWith("_has:")) {
      return has(index, name, value, depth);
    }
    int dot = name.indexOf('.');
    if (dot > 0) {
      return chain(index, name.substring(0, dot), name.substring(dot + 1), value, depth);
    }
    int colon = name.indexOf(':');
    String code = colon < 0 ? name : name.substring(0, colon);
    String modifier = colon < 0 ? null : name.substring(colon + 1);
    switch (code) {
      case "_id" -> {
        return ids(index, modifier, value);
      }
      case "_lastUpdated" -> {
        return predicates.lastUpdated(modifier, value);
      }
      case "_list" -> {
        return list(index, modifier, value);
      }
      case "_filter", "_text", "_content", "_query" ->
          throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "search.parameter-not-supported", code);
      default -> {}
    }
    Parameter parameter = index.searchable().get(code);
    if (parameter == null) {
      throw new UnknownParameter(index.type(), code);
    }
    return amongSeenInFull(
        index.type(),
        code,
        modifier,
        value,
        predicates.of(index, parameter, modifier, value, linked(index, parameter)));
  }

  /** What looks at something masked finds only rows that the caller sees in full. */
  private Predicate amongSeenInFull(
      String type,
      String code,
      @Nullable String modifier,
      @Nullable String value,
      Predicate predicate) {
    if (!policy.masks(run.caller(), type)
        || policy.findsMasked(run.caller(), type, code, modifier, value)) {
      return predicate;
    }
    SqlText inFull = new SqlText();
    policy.inFull(inFull, run.caller(), type, "r", false);
    return Predicate.and(predicate, new Predicate.Raw(inFull));
  }

  /** The rows that may be sorted by these keys without telling what is masked. */
  Predicate sortable(String type, @Nullable String sort) {
    Predicate all = Predicate.TRUE;
    if (sort != null && policy.masks(run.caller(), type)) {
      for (String key : sort.split(",", -1)) {
        String code = key.startsWith("-") ? key.substring(1) : key;
        all = Predicate.and(all, amongSeenInFull(type, code, null, null, Predicate.TRUE));
      }
    }
    return all;
  }

  // ---- compartments

  /** True when membership in the compartment is the column {@code patient} and nothing else. */
  private static boolean isColumnOnly(TypeIndex index, String owner) {
    if (!owner.equals("Patient") || index.type().equals("Patient")) {
      return false;
    }
    Parameter patient = index.patient();
    return patient != null
        && !patient.repeats()
        && index.compartment("Patient").stream().allMatch(Parameter::followsPatient);
  }

  /** Rows of a type in a compartment. */
  Predicate compartment(TypeIndex index, String owner, String id) {
    long self = digests.reference(owner, id);
    List<Predicate> any = new ArrayList<>();
    if (owner.equals("Patient")) {
      long[] selves = run.linked().with(self);
      boolean isMember = !index.compartment(owner).isEmpty();
      if (index.type().equals("Patient") || isMember && index.patient() != null) {
        any.add(ParameterPredicates.patients(selves));
      }
      if (isMember && !isColumnOnly(index, owner)) {
        any.add(inCompartment(selves));
      }
    } else if (index.type().equals(owner)) {
      any.add(Predicate.raw("r.self = ?", self));
    }
    if (!owner.equals("Patient")) {
      for (Parameter p : index.compartment(owner)) {
        any.add(Predicate.token(p.tokensOf().space(Kind.REFERENCE) ^ self));
      }
    }
    return Predicate.or(any);
  }

  /** Rows of any type that belong to a patient. */
  Predicate ofPatient(String id) {
    long[] selves = run.linked().with(digests.reference("Patient", id));
    return new Predicate.Few(
        Predicate.or(ParameterPredicates.patients(selves), inCompartment(selves)));
  }

  private Predicate inCompartment(long[] selves) {
    return Predicate.token(
        ParameterPredicates.xor(registry.compartmentParameter().space(Kind.REFERENCE), selves));
  }

  // ---- _id and _list

  private Predicate ids(TypeIndex index, @Nullable String modifier, String value)
      throws SQLException {
    if (modifier != null && !modifier.equals("not")) {
      if (modifier.equals("missing")) {
        return value.equals("true") ? Predicate.FALSE : Predicate.TRUE;
      }
      throw new Refusal(
          Refusal.Kind.NOT_SUPPORTED, "search.modifier-not-supported", "_id", modifier);
    }
    List<String> ids = Escapes.split(value, ',').stream().map(Escapes::unescape).toList();
    if (ids.contains("")) {
      throw invalid("search.empty-value", "_id");
    }
    if (modifier != null) {
      return Predicate.not(
          new Predicate.Raw(new SqlText().add("r.id = any(").addArray(ids, "text").add(")")));
    }
    return byIds(index.type(), ids);
  }

  /** Rows by id: through the primary key, which begins with the home. */
  private Predicate byIds(String type, List<String> ids) throws SQLException {
    if (ids.size() > 10_000) {
      throw new Refusal(Refusal.Kind.TOO_COSTLY, "search.too-many-values", "_id");
    }
    List<String> known = new ArrayList<>();
    Set<Integer> at = new TreeSet<>();
    for (String id : ids) {
      Integer home = homes.of(run.connection(), type, id);
      if (home != null) {
        known.add(id);
        at.add(home);
      }
    }
    if (known.isEmpty()) {
      return Predicate.FALSE;
    }
    SqlText sql = new SqlText();
    if (known.size() == 1) {
      sql.add("r.home = ? and r.id = ?", at.iterator().next(), known.get(0));
    } else {
      sql.add("r.home = any(").addArray(at, "int4").add(") and r.id = any(");
      sql.addArray(known, "text").add(")");
    }
    return new Predicate.Raw(sql);
  }

  /** Resources of this type that a List names. */
  private Predicate list(TypeIndex index, @Nullable String modifier, String value)
      throws SQLException {
    if (modifier != null || value.startsWith("$")) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "search.list-by-id-only");
    }
    if (!policy.may(run.caller(), AccessPolicy.Action.READ, "List")) {
      return Predicate.FALSE;
    }
    Set<String> ids = new LinkedHashSet<>();
    for (String list : Escapes.split(value, ',')) {
      String id = list.startsWith("List/") ? list.substring(5) : list;
      Integer home = homes.of(run.connection(), "List", id);
      if (home == null) {
        continue;
      }
      SqlText sql = select("List", "r.version, r.codec, r.key_id, r.content");
      sql.add(" and r.home = ? and r.id = ?", home, id);
      policy.restrict(sql, run.caller(), "List", "r");
      try (var statement = run.prepare(sql);
          var rows = statement.executeQuery()) {
        while (rows.next()) {
          byte[] json =
              codec.decode(
                  new ContentCodec.Place("List", id, rows.getInt(1)),
                  rows.getShort(2),
                  rows.getShort(3),
                  rows.getBytes(4));
          for (JsonNode entry : Json.MAPPER.readTree(json).path("entry")) {
            if (entry.path("deleted").asBoolean(false)) {
              continue;
            }
            String reference = entry.path("item").path("reference").asString("");
            String local = Indexer.local(reference);
            if (local != null && local.startsWith(index.type() + "/")) {
              ids.add(local.substring(index.type().length() + 1));
            }
          }
        }
      }
    }
    return byIds(index.type(), List.copyOf(ids));
  }

  // ---- chains

  private Predicate chain(TypeIndex index, String head, String rest, String value, int depth)
      throws SQLException {
    int colon = head.indexOf(':');
    String code = colon < 0 ? head : head.substring(0, colon);
    String named = colon < 0 ? null : head.substring(colon + 1);
    Parameter p = index.searchable().get(code);
    if (p == null) {
      throw new UnknownParameter(index.type(), code);
    }
    if (p.type() != Parameter.Type.REFERENCE) {
      throw invalid("search.chain-needs-reference", code);
    }
    List<String> targets;
    if (named != null) {
      if (!registry.definitions().resourceTypes().contains(named)) {
        throw invalid("search.not-a-target", code, named);
      }
      if (!p.targets().isEmpty() && !p.targets().contains(named)) {
        throw invalid("search.not-a-target", code, named);
      }
      targets = List.of(named);
    } else {
      targets =
          p.targets().isEmpty() ? List.copyOf(registry.definitions().resourceTypes()) : p.targets();
    }
    List<Predicate> any = new ArrayList<>();
    boolean known = false;
    for (String target : targets) {
      Predicate inner;
      try {
        inner = one(registry.type(target), rest, value, depth + 1);
      } catch (UnknownParameter e) {
        continue;
      }
      known = true;
      if (policy.may(run.caller(), AccessPolicy.Action.SEARCH, target)) {
        TypeIndex of = registry.type(target);
        any.add(pointing(p, target, inner, isRare(of, rest) || rest.equals("_id")));
      }
    }
    if (!known) {
      throw new UnknownParameter(String.join("|", targets), rest);
    }
    return Predicate.or(any);
  }

  /**
   * Rows whose reference points to a row of {@code target} for which {@code inner} holds.
   *
   * @param isRare true when it holds for few rows, whatever the statistics say: then these are
   *     looked up first
   */
  private Predicate pointing(Parameter p, String target, Predicate inner, boolean isRare)
      throws SQLException {
    if (inner.equals(Predicate.FALSE)) {
      return Predicate.FALSE;
    }
    List<Predicate> any = new ArrayList<>();
    if (p.followsPatient() && target.equals("Patient")) {
      SqlText sql = new SqlText().add("r.patient in (");
      SqlText select = select("Patient", "r.self");
      Predicate.append(select, inner);
      policy.restrict(select, run.caller(), "Patient", "r");
      if (isRare && !p.repeats()) {
        long[] patients = persons(fetch(select));
        Predicate theirs =
            patients.length == 0 ? Predicate.FALSE : ParameterPredicates.patients(patients);
        return patients.length == 0 || patients.length > FEW_PATIENTS
            ? theirs
            : new Predicate.Few(theirs);
      }
      any.add(new Predicate.Raw(sql.add(select).add(")")));
      if (!p.repeats()) {
        return any.get(0);
      }
    }
    SqlText select = select(target, "r.self");
    Predicate.append(select, inner);
    policy.restrict(select, run.caller(), target, "r");
    long[] selves = fetch(select);
    if (isRare && target.equals("Patient")) {
      selves = persons(selves);
    }
    any.add(Predicate.token(ParameterPredicates.xor(p.tokensOf().space(Kind.REFERENCE), selves)));
    return Predicate.or(any);
  }

  /**
   * One record whatever the number it was found by: a chain to an identifier or an id means the
   * resident, as the id itself would; one to a name means the Patients of that name.
   */
  private long[] persons(long[] patients) {
    return patients.length > FEW_PATIENTS ? patients : run.linked().with(patients);
  }

  /** {@code select columns from table r where …}, ready for {@code " and …"}. */
  static SqlText select(String type, String columns, Object... values) {
    SqlText sql =
        new SqlText().add("select ").add(columns, values).add(" from ").add(Tables.of(type));
    return Tables.isShared(type) ? sql.add(" r where r.type = ?", type) : sql.add(" r where true");
  }

  private long[] fetch(SqlText sql) throws SQLException {
    sql.add(" limit ?", MOST_INNER + 1);
    long[] found = new long[64];
    int count = 0;
    try (var statement = run.prepare(sql);
        var rows = statement.executeQuery()) {
      while (rows.next()) {
        if (count == found.length) {
          found = Arrays.copyOf(found, count * 2);
        }
        found[count++] = rows.getLong(1);
      }
    }
    if (count > MOST_INNER) {
      throw new Refusal(
          Refusal.Kind.TOO_COSTLY, "search.chain-too-wide", Integer.toString(MOST_INNER));
    }
    return Arrays.copyOf(found, count);
  }

  // ---- _has

  /** {@code _has:Observation:patient:code}: rows that a row of the other type points to. */
  private Predicate has(TypeIndex index, String name, String value, int depth) throws SQLException {
    String[] pieces = name.split(":", 4);
    if (pieces.length < 4) {
      throw invalid("search.has-has-parts");
    }
    String source = pieces[1];
    if (!registry.definitions().resourceTypes().contains(source)) {
      throw invalid("search.not-a-target", "_has", source);
    }
    TypeIndex sourceIndex = registry.type(source);
    Parameter p = sourceIndex.searchable().get(pieces[2]);
    if (p == null) {
      throw new UnknownParameter(source, pieces[2]);
    }
    if (p.type() != Parameter.Type.REFERENCE) {
      throw invalid("search.chain-needs-reference", pieces[2]);
    }
    if (!p.targets().isEmpty() && !p.targets().contains(index.type())) {
      throw invalid("search.not-a-target", pieces[2], index.type());
    }
    Predicate inner = one(sourceIndex, pieces[3], value, depth + 1);
    if (inner.equals(Predicate.FALSE)
        || !policy.may(run.caller(), AccessPolicy.Action.SEARCH, source)) {
      return Predicate.FALSE;
    }
    List<Predicate> any = new ArrayList<>();
    boolean patient = index.type().equals("Patient");
    if (p.followsPatient() && patient) {
      SqlText select = select(source, "r.patient");
      Predicate.append(select, inner);
      policy.restrict(select, run.caller(), source, "r");
      any.add(new Predicate.Raw(new SqlText().add("r.patient in (").add(select).add(")")));
      if (!p.repeats()) {
        return any.get(0);
      }
    }
    // Which token is the reference's cannot be told, but a wrong one is no row's digest.
    SqlText select =
        select(source, "unnest(r.tokens) # ?::bigint", p.tokensOf().space(Kind.REFERENCE));
    Predicate.append(select, inner);
    policy.restrict(select, run.caller(), source, "r");
    any.add(
        new Predicate.Raw(
            new SqlText().add(patient ? "r.patient in (" : "r.self in (").add(select).add(")")));
    return Predicate.or(any);
  }
}
