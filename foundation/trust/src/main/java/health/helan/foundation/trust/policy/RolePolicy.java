package health.helan.foundation.trust.policy;

import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.GrantRules;
import health.helan.foundation.store.IdNumbers;
import health.helan.foundation.store.Levels;
import health.helan.foundation.store.Licences;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.index.Parameter.Kind;
import health.helan.foundation.store.index.ParameterRegistry;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.sql.SqlText;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The rules of {@link Roles}, as the store asks for them. Every condition that it adds to a
 * statement looks only at the row's own columns and at the grants of its patient; so whatever is
 * closed to a caller takes no part in any answer. Thread-safe, once bound to a store.
 */
public final class RolePolicy implements AccessPolicy {
  /** Parameters of types that are masked which look at nothing that is masked. */
  private static final java.util.Map<String, java.util.Set<String>> UNMASKED =
      java.util.Map.of(
          "Patient",
          java.util.Set.of(
              "active",
              "gender",
              "deceased",
              "death-date",
              "general-practitioner",
              "organization",
              "link",
              "language"),
          "RelatedPerson",
          java.util.Set.of("active", "gender", "patient", "relationship"),
          "Person",
          java.util.Set.of("gender", "organization", "link", "patient"),
          "Practitioner",
          java.util.Set.of(
              "active", "gender", "communication", "name", "family", "given", "phonetic"));

  private final Clock clock;
  private final Grants grants;

  /** Whose rows most of those asked for are: the grants are looked up once; null for nobody's. */
  private final long @Nullable [] patients;

  private @Nullable ParameterRegistry registry;

  /** Where no provider registry is kept. */
  public RolePolicy(Clock clock) {
    this(clock, Licences.NONE);
  }

  /**
   * @param licences who of those that are named may treat
   */
  public RolePolicy(Clock clock, Licences licences) {
    this(clock, new Grants(licences), null, null);
  }

  private RolePolicy(
      Clock clock,
      Grants grants,
      @Nullable ParameterRegistry registry,
      long @Nullable [] patients) {
    this.clock = clock;
    this.grants = grants;
    this.registry = registry;
    this.patients = patients;
  }

  @Override
  public void bind(ParameterRegistry registry) {
    this.registry = registry;
  }

  private ParameterRegistry registry() {
    return Objects.requireNonNull(registry, "bound when the store opens");
  }

  @Override
  public GrantRules grants() {
    return grants;
  }

  @Override
  public boolean isUnlimited(Caller caller) {
    return caller.isRoot();
  }

  private static RoleRules rules(Caller caller) {
    return Objects.requireNonNull(Roles.ALL.get(caller.role()));
  }

  @Override
  public boolean may(Caller caller, Action action, String type) {
    return caller.isRoot()
        || rules(caller).may(action, type)
            && Scopes.reach(caller, action, type) != Scopes.Reach.NOTHING;
  }

  @Override
  public boolean mayChooseIds(Caller caller) {
    return caller.isRoot() || rules(caller).mayChooseIds();
  }

  @Override
  public boolean mayOperate(Caller caller, String operation) {
    return caller.isRoot()
        || rules(caller).mayCall(operation)
            && (rules(caller).isNarrowedByScopes(operation)
                ? Scopes.reach(caller, Action.SEARCH, "") == Scopes.Reach.ROLE
                : Scopes.isForAllTypes(caller, rules(caller).isChanging(operation)));
  }

  @Override
  public boolean maySign(Caller caller, String type) {
    // Signing a document is a change of it, as far as tokens are concerned.
    return !caller.isRoot()
        && rules(caller).maySign(type)
        && Scopes.reach(caller, Action.UPDATE, type) != Scopes.Reach.NOTHING;
  }

  @Override
  public void checkSigning(Caller caller, String type, String owner, @Nullable Long patient) {
    boolean isOwn =
        caller.role() == Caller.Role.RESIDENT
            ? patient != null
                && java.util.Arrays.stream(patients(caller)).anyMatch(own -> own == patient)
            : !caller.institution().isEmpty() && owner.equals(caller.institution());
    if (!isOwn) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "access.not-yours-to-sign", type);
    }
  }

  @Override
  public void guard(Write write, boolean ours) {
    if (write.type().equals("Provenance")
        && !ours
        && (isSigned(write.after()) || isSigned(write.before()))) {
      throw new Refusal(
          Refusal.Kind.FORBIDDEN,
          "Provenance.signature",
          "access.signature-by-operation",
          new Object[] {});
    }
  }

  private static boolean isSigned(tools.jackson.databind.node.@Nullable ObjectNode version) {
    return version != null && version.path("signature").size() > 0;
  }

  // ------------------------------------------------------------------ rows

  @Override
  public AccessPolicy within(long... patients) {
    return new RolePolicy(clock, grants, registry, patients);
  }

  @Override
  public void begin(SqlText sql, Caller caller) {
    if (patients != null && !caller.isRoot()) {
      List<String> grantees = Grantee.of(caller);
      if (!grantees.isEmpty() && rules(caller).has(Relation.TREATED)) {
        GrantSql.granted(sql, patients, grantees, clock.instant());
      }
    }
  }

  @Override
  public void restrict(SqlText sql, Caller caller, String type, String alias) {
    rows(sql, caller, type, alias, false);
  }

  @Override
  public void restrictHistory(SqlText sql, Caller caller, String type, String alias) {
    rows(sql, caller, type, alias, true);
  }

  private void rows(SqlText sql, Caller caller, String type, String alias, boolean history) {
    if (caller.isRoot()) {
      return;
    }
    List<SqlText> any = new ArrayList<>();
    for (RoleRules.Sight sight : rules(caller).sights()) {
      SqlText one = sight.isAbout(type) ? condition(sight, caller, type, alias, history) : null;
      if (one != null) {
        any.add(one);
      }
    }
    sql.add(" and ");
    or(sql, any);
    narrow(sql, caller, type, alias);
  }

  @Override
  public boolean masks(Caller caller, String type) {
    if (caller.isRoot()) {
      return false;
    }
    return switch (caller.role()) {
      case RESIDENT, SYSTEM -> type.isEmpty() || type.equals("Practitioner");
      case PRACTITIONER -> type.isEmpty() || type.equals("Practitioner") || !Levels.isOpen(type);
      case REGULATOR, OPERATOR -> false;
    };
  }

  @Override
  public void inFull(SqlText sql, Caller caller, String type, String alias, boolean history) {
    List<SqlText> any = new ArrayList<>();
    for (RoleRules.Sight sight : rules(caller).sights()) {
      if (!sight.isAbout(type)) {
        continue;
      }
      if (sight.relation() == Relation.OPEN) {
        if (type.isEmpty()) {
          any.add(
              new SqlText()
                  .add("%1$s.level <= 2 and %1$s.type <> 'Practitioner'".formatted(alias)));
        } else if (!type.equals("Practitioner") && Levels.isOpen(type)) {
          any.add(new SqlText().add(alias + ".level <= 2"));
        }
        continue;
      }
      SqlText one = condition(sight, caller, type, alias, history);
      if (one != null) {
        if (!sight.masked()) {
          any.add(one);
        } else {
          // What the institution wrote about no one in particular has nothing to mask.
          any.add(one.add(" and " + alias + ".patient is null"));
        }
      }
    }
    if (!caller.binding().practitioner().isEmpty()) {
      if (type.isEmpty()) {
        any.add(
            new SqlText()
                .add(
                    "%1$s.type = 'Practitioner' and %1$s.id = ?".formatted(alias),
                    caller.binding().practitioner()));
      } else if (type.equals("Practitioner")) {
        any.add(new SqlText().add(alias + ".id = ?", caller.binding().practitioner()));
      }
    }
    or(sql, any);
  }

  private static void or(SqlText sql, List<SqlText> any) {
    if (any.isEmpty()) {
      sql.add("false");
      return;
    }
    sql.add("(");
    for (int i = 0; i < any.size(); i++) {
      sql.add(i == 0 ? "(" : " or (").add(any.get(i)).add(")");
    }
    sql.add(")");
  }

  /** Null when the caller stands in this relation to no row of the type. */
  private @Nullable SqlText condition(
      RoleRules.Sight sight, Caller caller, String type, String alias, boolean history) {
    SqlText sql = new SqlText();
    switch (sight.relation()) {
      case OPEN -> {
        return type.isEmpty() || Levels.isOpen(type) ? sql.add(alias + ".level <= 2") : null;
      }
      case OWN -> {
        long[] own = patients(caller);
        return own.length == 0 ? null : own(sql, alias, own);
      }
      case TREATED -> {
        List<String> grantees = Grantee.of(caller);
        if (grantees.isEmpty()) {
          return null;
        }
        return patients == null
            ? GrantSql.opens(sql, alias, grantees, clock.instant())
            : GrantSql.opensOf(sql, patients, alias, grantees, clock.instant());
      }
      case INSTITUTION -> {
        if (caller.institution().isEmpty()) {
          return null;
        }
        sql.add(alias + ".owner = ?", caller.institution());
        if (!sight.sensitive()) {
          // The bits of the categories stand above those of the level.
          sql.add(" and " + alias + ".level <= ?", sight.upTo());
        }
        return sql;
      }
      case ADDRESSED -> {
        if (history || !type.equals("Task")) {
          return null;
        }
        long[] tokens = addressed(caller);
        return tokens.length == 0
            ? null
            : sql.add(alias + ".tokens && ?::bigint[]", (Object) tokens);
      }
    }
    throw new IllegalStateException(sight.relation().name());
  }

  private long[] patients(Caller caller) {
    return caller.binding().patients().stream()
        .mapToLong(id -> registry().digests().reference("Patient", id))
        .toArray();
  }

  /** Tokens of {@code Task.owner}. */
  private long[] addressed(Caller caller) {
    var owner =
        Objects.requireNonNull(registry().type("Task").searchable().get("owner"))
            .tokensOf()
            .space(Kind.REFERENCE);
    var digests = registry().digests();
    List<Long> tokens = new ArrayList<>();
    if (!caller.institution().isEmpty()) {
      tokens.add(owner ^ digests.reference("Organization", caller.institution()));
    }
    if (!caller.binding().practitioner().isEmpty()) {
      tokens.add(owner ^ digests.reference("Practitioner", caller.binding().practitioner()));
    }
    return tokens.stream().mapToLong(Long::longValue).toArray();
  }

  /** What the scopes of the token leave. */
  void narrow(SqlText sql, Caller caller, String type, String alias) {
    if (caller.binding().scopes().equals(Caller.Binding.ALL_SCOPES)) {
      return;
    }
    if (!type.isEmpty()) {
      switch (reach(caller, type)) {
        case NOTHING -> sql.add(" and false");
        case PATIENTS -> inContext(sql.add(" and "), caller, alias);
        case ROLE -> {
          // Nothing to narrow.
        }
      }
      return;
    }
    var whole = new TreeSet<String>();
    var inContext = new TreeSet<String>();
    for (String each : registry().definitions().resourceTypes()) {
      switch (reach(caller, each)) {
        case ROLE -> whole.add(each);
        case PATIENTS -> inContext.add(each);
        case NOTHING -> {
          // Left out.
        }
      }
    }
    sql.add(" and (" + alias + ".type = any(").addArray(whole, "text");
    sql.add(") or " + alias + ".type = any(").addArray(inContext, "text").add(") and ");
    inContext(sql, caller, alias);
    sql.add(")");
  }

  private void inContext(SqlText sql, Caller caller, String alias) {
    own(sql.add("("), alias, patients(caller)).add(" or " + alias + ".level <= 2)");
  }

  /**
   * The rows of these Patients and of those that are surely the same person (docs/adr/0081), as it
   * stands at the moment of the statement: what is unlinked is closed with the next one.
   */
  private static SqlText own(SqlText sql, String alias, long[] patients) {
    return sql.add(
        """
        %s.patient = any(array(select unnest(?::bigint[]) union all select l.patient from linked_patient l \
        where l.surely in (select s.surely from linked_patient s where s.patient = any(?::bigint[]))))"""
            .formatted(alias),
        patients,
        patients);
  }

  /** The narrower of what reading and searching reach, as far as they reach anything. */
  private static Scopes.Reach reach(Caller caller, String type) {
    Scopes.Reach read = Scopes.reach(caller, Action.READ, type);
    Scopes.Reach search = Scopes.reach(caller, Action.SEARCH, type);
    if (read == Scopes.Reach.NOTHING || search == Scopes.Reach.NOTHING) {
      return read == Scopes.Reach.NOTHING ? search : read;
    }
    return read == Scopes.Reach.PATIENTS ? read : search;
  }

  @Override
  public boolean findsMasked(
      Caller caller,
      String type,
      String parameter,
      @Nullable String modifier,
      @Nullable String value) {
    java.util.Set<String> unmasked = UNMASKED.get(type);
    if (unmasked == null || parameter.startsWith("_") || unmasked.contains(parameter)) {
      return true;
    }
    // Whoever holds the whole number may find the row by it; nothing but the row being there shows.
    return parameter.equals("identifier")
        && modifier == null
        && value != null
        && !value.isEmpty()
        && !value.endsWith("|")
        && (type.equals("Patient") || !IdNumbers.isValid(value.substring(value.indexOf('|') + 1)));
  }

  @Override
  public void checkSearch(Caller caller, SearchRequest request) {
    if (caller.role() == Caller.Role.PRACTITIONER && !caller.isRoot()) {
      ByResident.check(request);
    }
  }

  @Override
  public void checkHistory(Caller caller, @Nullable String type) {
    if (caller.role() == Caller.Role.PRACTITIONER && !caller.isRoot()) {
      ByResident.checkHistory(type);
    }
  }

  @Override
  public byte[] mask(String type, byte[] content) {
    return Masking.mask(content);
  }

  // ------------------------------------------------------------------ writes

  @Override
  public void check(Caller caller, Write write) {
    if (isCase(write.before()) || isCase(write.after())) {
      // Whoever could write one could let others approve what nobody asked for.
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-write", write.type());
    }
    switch (caller.role()) {
      case RESIDENT -> ResidentWrites.check(caller, write);
      case PRACTITIONER, SYSTEM -> {
        checkInstitution(caller, write);
        if (CorrectionRequest.is(write.before()) || CorrectionRequest.is(write.after())) {
          CorrectionRequest.checkStaff(caller, write);
        }
        ProvingWrites.check(caller, write);
      }
      case OPERATOR -> {
        if (isPersonal(write, write.before()) || isPersonal(write, write.after())) {
          throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-write", write.type());
        }
      }
      case REGULATOR ->
          throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-write", write.type());
    }
    Labels.check(write);
  }

  private static boolean isCase(tools.jackson.databind.node.@Nullable ObjectNode version) {
    return version != null
        && version.path("resourceType").asString("").equals("Task")
        && Causes.isCase(version);
  }

  private static boolean isPersonal(
      Write write, tools.jackson.databind.node.@Nullable ObjectNode version) {
    return version != null && Levels.level(Levels.of(write.type(), version)) > 2;
  }

  private static void checkInstitution(Caller caller, Write write) {
    if (caller.institution().isEmpty()) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-write", write.type());
    }
    if (write.owner() != null
        && !write.owner().equals(caller.institution())
        && !Referral.isAnswer(caller, write)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "access.not-your-institution", write.type());
    }
  }
}
