package health.helan.foundation.store.search;

import static health.helan.foundation.store.search.ParameterPredicates.invalid;

import health.helan.foundation.store.AccessPolicy;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ContentCodec;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Keyed;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.SqlErrors;
import health.helan.foundation.store.index.ParameterRegistry;
import health.helan.foundation.store.index.ReferenceFinder;
import health.helan.foundation.store.index.TypeIndex;
import health.helan.foundation.store.sql.SqlText;
import health.helan.foundation.store.sql.Tables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The R4 search specification over the record store. One statement answers a page of a simple
 * search; nothing is kept on the server between pages. Thread-safe.
 */
public final class SearchEngine {
  /** Name of the parameter that carries {@link SearchResult#next()}. */
  public static final String CURSOR = "_cursor";

  /** Name of the parameter that, with {@code false}, takes a Patient for that very record only. */
  public static final String LINKED = "_linked";

  /** Time a search may take, all its statements together. */
  public static final int SECONDS = 10;

  private final DataSource dataSource;
  private final @Nullable DataSource forRecords;
  private final boolean plansForValues;
  private final ParameterRegistry registry;
  private final AccessPolicy policy;
  private final HomeOf homes;
  private final ContentCodec codec;
  private final Supplier<Instant> watermark;
  private final boolean followsLinks;
  private final ParameterPredicates predicates;
  private final Rows rows;
  private final Summaries summaries;
  private volatile @Nullable Consumer<SqlText> observer;

  /**
   * @param forRecords connections that plan a statement once and use indexes only ({@code
   *     plan_cache_mode=force_generic_plan}, {@code enable_seqscan=off}), for what is asked of one
   *     patient; null for none
   * @param plansForValues whether {@code dataSource} plans every statement for its values ({@code
   *     plan_cache_mode=force_custom_plan})
   * @param watermark a time at or below which nothing can still commit
   * @param followsLinks whether the table {@code linked_patient} is there: then a search that names
   *     a Patient finds what is about any Patient that is the same person
   */
  public SearchEngine(
      DataSource dataSource,
      @Nullable DataSource forRecords,
      boolean plansForValues,
      ParameterRegistry registry,
      ValueSets valueSets,
      AccessPolicy policy,
      HomeOf homes,
      ContentCodec codec,
      Supplier<Instant> watermark,
      boolean followsLinks,
      Clock clock) {
    this.dataSource = dataSource;
    this.forRecords = forRecords;
    this.plansForValues = plansForValues;
    this.registry = registry;
    this.policy = policy;
    this.homes = homes;
    this.codec = codec;
    this.watermark = watermark;
    this.followsLinks = followsLinks;
    this.predicates = new ParameterPredicates(registry, valueSets, clock);
    this.rows = new Rows(codec, policy);
    this.summaries = new Summaries(registry.definitions());
  }

  /** The statements of one search share its time. */
  private static final class Budget implements Criteria.Run {
    private final Connection connection;
    private final Caller caller;
    private final long end;
    private final @Nullable Consumer<SqlText> observer;
    private LinkedPatients linked = LinkedPatients.NONE;

    /** Whether the connection plans each statement once. */
    private final boolean keepsPlans;

    /** Whether the connection decides how statements are planned. */
    private boolean plansForValues;

    Budget(
        Connection connection,
        Caller caller,
        int seconds,
        boolean plansForValues,
        boolean keepsPlans,
        @Nullable Consumer<SqlText> observer) {
      this.keepsPlans = keepsPlans;
      this.plansForValues = plansForValues;
      this.observer = observer;
      this.connection = connection;
      this.caller = caller;
      this.end = System.nanoTime() + seconds * 1_000_000_000L;
    }

    @Override
    public Connection connection() {
      return connection;
    }

    @Override
    public Caller caller() {
      return caller;
    }

    @Override
    public LinkedPatients linked() {
      return linked;
    }

    @Override
    public PreparedStatement prepare(SqlText sql) throws SQLException {
      return prepare(sql, plansForValues);
    }

    @Override
    public PreparedStatement prepareByKey(SqlText sql) throws SQLException {
      return prepare(sql, true);
    }

    private PreparedStatement prepare(SqlText sql, boolean asItIs) throws SQLException {
      if (observer != null) {
        observer.accept(sql);
      }
      long left = end - System.nanoTime();
      if (left <= 0) {
        throw new Refusal(Refusal.Kind.TOO_COSTLY, "search.out-of-time");
      }
      PreparedStatement statement =
          asItIs ? sql.prepare(connection) : sql.prepareForItsValues(connection);
      // Cancelled by the client: no statement of its own, as set local statement_timeout would be.
      statement.setQueryTimeout((int) (left / 1_000_000_000L) + 1);
      return statement;
    }
  }

  private Budget own(Connection connection, Caller caller) {
    return new Budget(connection, caller, SECONDS, plansForValues, false, observer);
  }

  /**
   * Until closed, the database plans each statement once per connection and keeps the plan; else
   * statements are planned anew each time, as a rare code wants another plan than a frequent one.
   * For statements whose values do not matter to their plan. Only indexes: a plan may have been
   * made when the tables were empty.
   */
  private static final class KeptPlans implements AutoCloseable {
    private final Budget budget;
    private final boolean before;

    KeptPlans(Budget budget) throws SQLException {
      this.budget = budget;
      before = budget.plansForValues;
      execute("set plan_cache_mode = force_generic_plan; set enable_seqscan = off");
      budget.plansForValues = true;
    }

    private void execute(String settings) throws SQLException {
      try (var statement = budget.connection.prepareStatement(settings)) {
        statement.execute();
      }
    }

    /** A transaction that failed has taken the settings back, or will when it is rolled back. */
    @Override
    public void close() throws SQLException {
      budget.plansForValues = before;
      execute("reset plan_cache_mode; reset enable_seqscan");
    }
  }

  /** Shows tests every statement before it runs. */
  void observe(Consumer<SqlText> observer) {
    this.observer = observer;
  }

  private Criteria criteria(Criteria.Run run) {
    return new Criteria(registry, predicates, policy, homes, codec, run);
  }

  /**
   * Tables asked one after the other.
   *
   * @param types types in the table that are asked for, one for a table of its own
   * @param patients the one patient whose rows nearly all of them are, or several who are one
   *     person; null when there is no such
   */
  private record Unit(
      List<String> types, TypeIndex index, Predicate predicate, long @Nullable [] patients) {
    Unit and(Predicate more) {
      return new Unit(types, index, Predicate.and(predicate, more), patients);
    }

    boolean isShared() {
      return Tables.isShared(types.get(0));
    }

    /** The type as the policy is asked: none when there are several. */
    String policyType() {
      return types.size() == 1 ? types.get(0) : "";
    }
  }

  private record Found(ResourceVersion resource, Ordering.Position position) {}

  /**
   * Carries out a search.
   *
   * @throws Refusal not understood, not allowed, or too costly
   */
  public SearchResult search(Caller caller, SearchRequest request) {
    policy.checkSearch(caller, request);
    return attempt(caller, request, budget -> run(budget, request, false, Predicate.TRUE));
  }

  private interface Work {
    SearchResult run(Budget budget) throws SQLException;
  }

  /** One patient's rows are found by the same plan whoever the patient is. */
  private SearchResult attempt(Caller caller, SearchRequest request, Work work) {
    DataSource records =
        forRecords != null && Criteria.isOfOnePatient(registry, predicates, request)
            ? forRecords
            : null;
    boolean keeps = records != null;
    try (Connection connection = (records != null ? records : dataSource).getConnection()) {
      return following(
          new Budget(connection, caller, SECONDS, plansForValues || keeps, keeps, observer),
          request,
          work);
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * Whoever asks for a Patient's record is answered with the resident's, unless it asks for that
   * Patient's alone. The platform itself means what it says: who is whose guardian, say, is said of
   * one Patient.
   */
  private SearchResult following(Budget budget, SearchRequest request, Work work)
      throws SQLException {
    boolean isPlatform = budget.caller.isRoot() && budget.caller.role() == Caller.Role.SYSTEM;
    boolean isExact =
        request.parameters().stream()
            .anyMatch(one -> one.name().equals(LINKED) && one.value().equals("false"));
    if (!followsLinks || isPlatform || isExact) {
      return work.run(budget);
    }
    var hoping = new LinkedPatients.Hoping();
    budget.linked = hoping;
    SearchResult result = work.run(budget);
    if (hoping.isBorneOut()) {
      return result;
    }
    var asking = new LinkedPatients.Asking(policy, budget);
    asking.with(hoping.alone());
    if (!asking.isAnyLinked()) {
      return result;
    }
    budget.linked = asking;
    return work.run(budget);
  }

  /** As {@link #search(Caller, SearchRequest)}, on a connection of the caller's. */
  public SearchResult search(Connection connection, Caller caller, SearchRequest request) {
    try {
      return following(
          new Budget(connection, caller, SECONDS, false, false, observer),
          request,
          budget -> run(budget, request, false, Predicate.TRUE));
    } catch (SQLException e) {
      throw SqlErrors.refusal(e);
    }
  }

  /**
   * @param care further condition on everything but patients
   */
  private SearchResult run(Budget budget, SearchRequest request, boolean everything, Predicate care)
      throws SQLException {
    SearchOptions options = SearchOptions.of(request);
    List<Refusal> warnings = new ArrayList<>();
    List<Unit> units =
        units(budget, request, options, warnings).stream()
            .map(unit -> unit.types.contains("Patient") ? unit : unit.and(care))
            .toList();
    Ordering ordering = ordering(units, options, request.lenient() ? warnings : null);
    if (options.sort != null && !policy.isUnlimited(budget.caller)) {
      units = sortable(budget, units, options.sort);
    }
    Includes includes = new Includes(registry, predicates, policy, homes, rows, budget);
    includes.check(options.includes);

    boolean countOnly = "count".equals(options.summary) || options.count == 0;
    Long total = null;
    if (countOnly || options.total == SearchOptions.Total.ACCURATE) {
      total = count(budget, units);
    } else if (options.total == SearchOptions.Total.ESTIMATE) {
      // The planner's guess comes from statistics of all rows, hidden ones too.
      total = policy.isUnlimited(budget.caller) ? estimate(budget, units) : count(budget, units);
    }
    Instant now = watermark.get();
    if (countOnly) {
      return new SearchResult(List.of(), total, options.used, null, now, warnings, null);
    }
    long search = digest(request);
    Ordering.Position from =
        options.cursor == null ? null : ordering.position(options.cursor, search);
    List<Found> page;
    if (!budget.keepsPlans
        && ordering.isEmpty()
        && units.size() > 1
        && units.stream().allMatch(unit -> Predicate.isFew(unit.predicate))) {
      // One patient's rows of many tables: planning would cost more than finding them, and comes to
      // the same whoever the patient is.
      try (var _ = new KeptPlans(budget)) {
        page = page(budget, units, ordering, from, options.count + 1);
      }
    } else {
      page = page(budget, units, ordering, from, options.count + 1);
    }
    String next = null;
    if (page.size() > options.count) {
      page = page.subList(0, options.count);
      next = Ordering.cursor(page.getLast().position, search);
    }
    List<ResourceVersion> matches = page.stream().map(Found::resource).toList();
    List<ResourceVersion> more =
        everything
            ? supporting(includes, matches)
            : options.includes.isEmpty() ? List.of() : includes.of(matches, options.includes);
    List<SearchResult.Entry> entries = new ArrayList<>(matches.size() + more.size());
    for (ResourceVersion match : matches) {
      entries.add(new SearchResult.Entry(cut(match, options), true));
    }
    for (ResourceVersion one : more) {
      entries.add(new SearchResult.Entry(cut(one, options), false));
    }
    SearchResult.Summary summary =
        options.summary == null && options.elements.isEmpty()
            ? null
            : new SearchResult.Summary(options.summary, options.elements);
    return new SearchResult(entries, total, options.used, next, now, warnings, summary);
  }

  /**
   * A version cut down and tagged SUBSETTED; itself when neither is asked for.
   *
   * @param summary value of {@code _summary}; null for none
   * @param elements value of {@code _elements}; null for none
   */
  public ResourceVersion cut(
      ResourceVersion whole, @Nullable String summary, @Nullable String elements) {
    List<SearchRequest.Parameter> parameters = new ArrayList<>();
    if (summary != null) {
      parameters.add(new SearchRequest.Parameter("_summary", summary));
    }
    if (elements != null) {
      parameters.add(new SearchRequest.Parameter("_elements", elements));
    }
    SearchOptions options =
        SearchOptions.of(new SearchRequest(whole.type(), null, null, parameters, false));
    if ("count".equals(options.summary)) {
      throw invalid("search.value-not-allowed", "_summary");
    }
    return cut(whole, options);
  }

  private ResourceVersion cut(ResourceVersion whole, SearchOptions options) {
    return options.summary == null && options.elements.isEmpty()
        ? whole
        : summaries.cut(whole, options.summary, options.elements);
  }

  private List<Unit> units(
      Budget budget, SearchRequest request, SearchOptions options, List<Refusal> warnings)
      throws SQLException {
    List<Refusal> unknown = request.lenient() ? warnings : null;
    Criteria criteria = criteria(budget);
    String owner = request.compartmentOwner();
    if (owner != null && registry.definitions().compartment(owner).isEmpty()) {
      throw invalid("search.no-compartment", owner);
    }
    String type = request.type();
    if (type != null) {
      checkType(type);
      if (options.types != null && !options.types.equals(List.of(type))) {
        throw invalid("search.value-not-allowed", "_type");
      }
      if (!policy.may(budget.caller, AccessPolicy.Action.SEARCH, type)) {
        throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-read", type);
      }
      if (owner != null
          && !type.equals(owner)
          && registry.type(type).compartment(owner).isEmpty()) {
        throw invalid("search.not-in-compartment", type, owner);
      }
      Predicate predicate =
          criteria.all(
              type, options.criteria, owner, request.compartmentId(), unknown, options.used);
      return List.of(new Unit(List.of(type), registry.type(type), predicate, criteria.patients()));
    }
    List<String> types = types(budget, owner, options);
    String within = request.compartmentId();
    long[] patients =
        within != null && "Patient".equals(owner)
            ? budget.linked.with(registry.digests().reference("Patient", within))
            : null;
    boolean common = options.criteria.stream().allMatch(SearchEngine::isCommon);
    List<Unit> units = new ArrayList<>();
    List<String> shared = new ArrayList<>();
    List<SearchRequest.Parameter> used = options.used;
    boolean first = true;
    for (String one : types) {
      if (common && Tables.isShared(one) && (owner == null || owner.equals("Patient"))) {
        shared.add(one);
        continue;
      }
      Predicate predicate =
          criteria.all(
              one,
              options.criteria,
              owner,
              request.compartmentId(),
              first ? unknown : unknown == null ? null : new ArrayList<>(),
              first ? used : null);
      units.add(
          new Unit(
              List.of(one),
              registry.type(one),
              predicate,
              patients != null ? patients : criteria.patients()));
      first = false;
    }
    if (!shared.isEmpty()) {
      // All ask for the same: parameters of every type, and the same patient.
      TypeIndex any = registry.type(shared.get(0));
      Predicate predicate =
          criteria.all(any.type(), options.criteria, null, null, unknown, first ? used : null);
      if (owner != null) {
        String id = request.compartmentId();
        predicate = Predicate.and(predicate, criteria.ofPatient(id == null ? "" : id));
      }
      units.add(new Unit(shared, any, predicate, patients));
    }
    return units;
  }

  private static boolean isCommon(SearchRequest.Parameter one) {
    int colon = one.name().indexOf(':');
    String code = colon < 0 ? one.name() : one.name().substring(0, colon);
    return switch (code) {
      case "_lastUpdated", "_tag", "_security", "_profile", "_source" -> true;
      default -> false;
    };
  }

  private void checkType(String type) {
    if (!registry.definitions().resourceTypes().contains(type)) {
      throw new Refusal(Refusal.Kind.UNKNOWN_TYPE, "rest.unknown-type", type);
    }
  }

  private List<String> types(Budget budget, @Nullable String owner, SearchOptions options) {
    Set<String> types = new LinkedHashSet<>();
    if (options.types != null) {
      for (String type : options.types) {
        checkType(type);
        if (!policy.may(budget.caller, AccessPolicy.Action.SEARCH, type)) {
          throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-read", type);
        }
        types.add(type);
      }
    } else {
      Set<String> all = new LinkedHashSet<>();
      if (owner != null) {
        all.add(owner);
      }
      all.addAll(Tables.busyTypes());
      all.addAll(new TreeSet<>(registry.definitions().resourceTypes()));
      for (String type : all) {
        if (policy.may(budget.caller, AccessPolicy.Action.SEARCH, type)) {
          types.add(type);
        }
      }
    }
    if (owner != null) {
      types.removeIf(
          type -> !type.equals(owner) && registry.type(type).compartment(owner).isEmpty());
    }
    return List.copyOf(types);
  }

  private Ordering ordering(
      List<Unit> units, SearchOptions options, @Nullable List<Refusal> warnings) {
    if (units.isEmpty()) {
      return Ordering.of(registry.type("Basic"), null);
    }
    try {
      Ordering ordering = Ordering.of(units.get(0).index, options.sort);
      for (Unit unit : units.subList(1, units.size())) {
        if (!isCommonSort(options.sort)) {
          Ordering.of(unit.index, options.sort);
          throw invalid("search.sort-of-several-types");
        }
      }
      return ordering;
    } catch (Criteria.UnknownParameter e) {
      if (warnings == null) {
        throw e;
      }
      warnings.add(e);
      options.used.removeIf(one -> one.name().equals("_sort"));
      options.sort = null;
      return Ordering.of(units.get(0).index, null);
    }
  }

  /** The rows that may be sorted by the keys: no order tells of what is masked. */
  private List<Unit> sortable(Budget budget, List<Unit> units, String sort) {
    Criteria criteria = criteria(budget);
    return units.stream()
        .map(unit -> unit.and(criteria.sortable(unit.types.get(0), sort)))
        .toList();
  }

  private static boolean isCommonSort(@Nullable String sort) {
    return sort == null || sort.matches("-?(_id|_lastUpdated)(,-?(_id|_lastUpdated))*");
  }

  /** The part of a statement behind the select list. */
  private void from(SqlText sql, Budget budget, Unit unit) {
    String first = unit.types.get(0);
    sql.add(" from ").add(Tables.of(first)).add(" r where ");
    if (!unit.isShared()) {
      sql.add("true");
    } else if (unit.types.size() == 1) {
      sql.add("r.type = ?", first);
    } else {
      sql.add("r.type = any(").addArray(unit.types, "text").add(")");
    }
    Predicate.append(sql, unit.predicate);
    budget.linked.unlessLinked(sql);
    policy(budget, unit).restrict(sql, budget.caller, unit.policyType(), "r");
  }

  private SqlText begin(Budget budget, Unit unit) {
    SqlText sql = new SqlText();
    policy(budget, unit).begin(sql, budget.caller);
    return sql;
  }

  private AccessPolicy policy(Budget budget, Unit unit) {
    return budget.keepsPlans && unit.patients != null ? policy.within(unit.patients) : policy;
  }

  private List<Found> page(
      Budget budget,
      List<Unit> units,
      Ordering ordering,
      Ordering.@Nullable Position from,
      int limit)
      throws SQLException {
    List<Found> found = new ArrayList<>();
    for (int i = 0; i < units.size(); i++) {
      Unit unit = units.get(i);
      if (unit.predicate.equals(Predicate.FALSE)
          || ordering.isEmpty() && from != null && i < from.unit()) {
        continue;
      }
      SqlText sql = begin(budget, unit).add("select ").add(Rows.COLUMNS);
      if (unit.isShared()) {
        sql.add(", r.type");
      }
      ordering.columns(sql);
      rows.inFull(policy(budget, unit), sql, budget.caller, unit.policyType());
      from(sql, budget, unit);
      if (from != null) {
        ordering.after(sql, from, i, unit.isShared());
      }
      // A patient's rows lie together in the order of the key: walking the key for the first of
      // them would pass everybody else's, which the planner, who takes them for scattered, cannot
      // know.
      String home = Predicate.isFew(unit.predicate) ? "r.home + 0" : "r.home";
      ordering.orderBy(
          sql,
          home + (unit.isShared() ? ", r.type, r.id" : ", r.id"),
          Predicate.isFewUnordered(unit.predicate));
      sql.add(" limit ?", ordering.isEmpty() ? limit - found.size() : limit);
      try (var statement = budget.prepare(sql);
          ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          budget.linked.found();
          String type = unit.isShared() ? row.getString(Rows.WIDTH + 1) : unit.types.get(0);
          ResourceVersion resource = rows.resource(budget.caller, unit.policyType(), type, row);
          int keys = Rows.WIDTH + (unit.isShared() ? 2 : 1);
          found.add(
              new Found(
                  resource,
                  new Ordering.Position(
                      i, row.getInt(1), type, resource.id(), ordering.read(row, keys))));
        }
      }
      if (ordering.isEmpty() && found.size() >= limit) {
        break;
      }
    }
    if (!ordering.isEmpty() && units.size() > 1) {
      found.sort((a, b) -> ordering.compare(a.position, b.position));
      if (found.size() > limit) {
        return new ArrayList<>(found.subList(0, limit));
      }
    }
    return found;
  }

  private long count(Budget budget, List<Unit> units) throws SQLException {
    long total = 0;
    for (Unit unit : units) {
      if (unit.predicate.equals(Predicate.FALSE)) {
        continue;
      }
      SqlText sql = begin(budget, unit).add("select count(*)");
      from(sql, budget, unit);
      try (var statement = budget.prepare(sql);
          ResultSet row = statement.executeQuery()) {
        row.next();
        total += row.getLong(1);
      }
    }
    if (total > 0) {
      budget.linked.found();
    }
    return total;
  }

  /** What the planner expects: cheap, and off by as much as its statistics are. */
  private long estimate(Budget budget, List<Unit> units) throws SQLException {
    double total = 0;
    for (Unit unit : units) {
      if (unit.predicate.equals(Predicate.FALSE)) {
        continue;
      }
      SqlText sql = new SqlText().add("explain (format json) select 1");
      from(sql, budget, unit);
      try (var statement = budget.prepare(sql);
          ResultSet row = statement.executeQuery()) {
        row.next();
        JsonNode plan = Json.MAPPER.readTree(row.getString(1));
        total += plan.path(0).path("Plan").path("Plan Rows").asDouble(0);
      }
    }
    return Math.round(total);
  }

  /** Ties a cursor to its search: the same parameters in any order, whatever the page size. */
  private long digest(SearchRequest request) {
    StringBuilder text = new StringBuilder();
    text.append(request.type()).append('/').append(request.compartmentOwner());
    text.append('/').append(request.compartmentId());
    List<String> parameters = new ArrayList<>();
    for (SearchRequest.Parameter one : request.parameters()) {
      switch (one.name()) {
        case CURSOR, "_count", "_format", "_pretty", "_total", "_summary", "_elements" -> {}
        default -> parameters.add('&' + one.name() + '=' + one.value());
      }
    }
    parameters.stream().sorted().forEach(text::append);
    return registry.digests().of(text.toString());
  }

  // ---- what the store's own interactions ask

  /** Keys of up to {@code limit} matches that the caller may see. Unknown criteria are refused. */
  public List<Keyed> match(
      Connection connection,
      Caller caller,
      String type,
      List<SearchRequest.Parameter> parameters,
      int limit)
      throws SQLException {
    checkType(type);
    Budget budget = new Budget(connection, caller, SECONDS, false, false, observer);
    SearchOptions options =
        SearchOptions.of(new SearchRequest(type, null, null, parameters, false));
    Predicate predicate = criteria(budget).all(type, options.criteria, null, null, null, null);
    List<Keyed> keys = new ArrayList<>();
    if (predicate.equals(Predicate.FALSE)) {
      return keys;
    }
    SqlText sql = new SqlText().add("select r.id, r.home");
    from(sql, budget, new Unit(List.of(type), registry.type(type), predicate, null));
    sql.add(" limit ?", limit);
    try (var statement = budget.prepare(sql);
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        keys.add(new Keyed(type, row.getString(1), row.getInt(2)));
      }
    }
    return keys;
  }

  /**
   * {@code Patient/id/$everything}: the patient's compartment page by page, and with each page what
   * its resources point to outside of it (practitioners, organizations, medicines).
   *
   * @param parameters {@code _since}, {@code _type}, {@code _count}, {@code start}, {@code end} and
   *     the cursor
   */
  public SearchResult everything(
      Caller caller, String patient, List<SearchRequest.Parameter> parameters) {
    List<SearchRequest.Parameter> mapped = new ArrayList<>();
    List<Predicate> care = new ArrayList<>();
    for (SearchRequest.Parameter one : parameters) {
      switch (one.name()) {
        case "start" -> care.add(predicates.caredFor("start", one.value()));
        case "end" -> care.add(predicates.caredFor("end", one.value()));
        case "_since" ->
            mapped.add(new SearchRequest.Parameter("_lastUpdated", "ge" + one.value()));
        case "_type", "_count", CURSOR, LINKED, "_format", "_pretty" -> mapped.add(one);
        default ->
            throw new Refusal(
                Refusal.Kind.NOT_SUPPORTED, "search.parameter-not-supported", one.name());
      }
    }
    SearchRequest request = new SearchRequest(null, "Patient", patient, mapped, false);
    return attempt(caller, request, budget -> run(budget, request, true, Predicate.and(care)));
  }

  /** What resources of a compartment point to and what lies in no patient's compartment. */
  private List<ResourceVersion> supporting(Includes includes, List<ResourceVersion> matches)
      throws SQLException {
    Map<String, Set<String>> wanted = new LinkedHashMap<>();
    Set<String> own = new HashSet<>();
    for (ResourceVersion match : matches) {
      own.add(match.type() + "/" + match.id());
    }
    for (ResourceVersion match : matches) {
      for (String reference : ReferenceFinder.all(Json.MAPPER.readTree(match.content()))) {
        int slash = reference.indexOf('/');
        String type = reference.substring(0, slash);
        if (registry.definitions().resourceTypes().contains(type)
            && !type.equals("Patient")
            && registry.type(type).compartment("Patient").isEmpty()
            && !own.contains(reference)) {
          wanted
              .computeIfAbsent(type, _ -> new LinkedHashSet<>())
              .add(reference.substring(slash + 1));
        }
      }
    }
    return includes.fetch(wanted);
  }

  /**
   * {@code Observation/$lastn}: the latest observations of each code.
   *
   * @param parameters criteria of an Observation search, which must name a patient
   * @param max how many of each code
   */
  public SearchResult lastn(Caller caller, List<SearchRequest.Parameter> parameters, int max) {
    if (max < 1 || max > 100) {
      throw invalid("search.value-not-allowed", "max");
    }
    boolean hasPatient =
        parameters.stream()
            .anyMatch(
                one ->
                    one.name().equals("patient")
                        || one.name().startsWith("patient.")
                        || one.name().startsWith("patient:")
                        || one.name().startsWith("subject"));
    if (!hasPatient) {
      throw invalid("search.lastn-needs-patient");
    }
    SearchRequest request = new SearchRequest("Observation", null, null, parameters, false);
    return attempt(caller, request, budget -> lastn(budget, request, max));
  }

  private SearchResult lastn(Budget budget, SearchRequest request, int max) throws SQLException {
    Caller caller = budget.caller;
    SearchOptions options = SearchOptions.of(request);
    if (!policy.may(caller, AccessPolicy.Action.SEARCH, "Observation")) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "store.may-not-read", "Observation");
    }
    Criteria criteria = criteria(budget);
    Predicate predicate =
        criteria.all("Observation", options.criteria, null, null, null, options.used);
    Unit unit =
        new Unit(
            List.of("Observation"), registry.type("Observation"), predicate, criteria.patients());
    List<SearchResult.Entry> entries = new ArrayList<>();
    if (!predicate.equals(Predicate.FALSE)) {
      // The codes of an observation, texts left out, are its group.
      SqlText sql = begin(budget, unit).add("select ").add(Rows.COLUMNS);
      rows.inFull(policy(budget, unit), sql, caller, "Observation");
      sql.add(" ")
          .add(
              """
                    from (select r.*, row_number() over (
                        partition by jsonb_path_query_array(
                          r.vals, '$."code"[*] ? (!(@ starts with "~"))')
                        order by r.date_lo desc nulls last, r.home, r.id) as place""");
      from(sql, budget, unit);
      sql.add(") r where r.place <= ?", max);
      sql.add(" order by r.vals -> 'code', r.date_lo desc nulls last, r.home, r.id limit ?");
      sql.values().add(Includes.MOST);
      for (ResourceVersion one : rows.read(budget, "Observation", sql)) {
        budget.linked.found();
        entries.add(new SearchResult.Entry(cut(one, options), true));
      }
    }
    return new SearchResult(
        entries, (long) entries.size(), options.used, null, watermark.get(), List.of(), null);
  }
}
