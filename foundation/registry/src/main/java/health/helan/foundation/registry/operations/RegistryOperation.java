package health.helan.foundation.registry.operations;

import health.helan.foundation.registry.Alliance;
import health.helan.foundation.registry.AllianceState;
import health.helan.foundation.registry.AllianceStep;
import health.helan.foundation.registry.LicenceState;
import health.helan.foundation.registry.LicenceStep;
import health.helan.foundation.registry.Listing;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.registry.SiteState;
import health.helan.foundation.registry.SiteStep;
import health.helan.foundation.rest.Answer;
import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import health.helan.foundation.trust.account.Sql;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * {@code $registry}: what the registry's pages show. {@code view}:
 *
 * <ul>
 *   <li>{@code figures} (without {@code view}): counts by state, checks due, licences that end soon
 *   <li>{@code units}: what lies right below {@code parent}; without it, the top; with {@code id},
 *       that one
 *   <li>{@code licences}: by {@code state}, {@code holder}, {@code due=true}, {@code ending=true}
 *   <li>{@code places}: posts by {@code state}, {@code practitioner}
 *   <li>{@code alliances}: memberships, those that ended too, by {@code state}, {@code institution}
 *   <li>{@code acts}: the steps taken with {@code of} ({@code Type/id}), the latest first
 * </ul>
 *
 * Lists go on with {@code after} ({@code next} of the answer); {@code institution} narrows them.
 * Practitioners and systems see licences, places and acts of their institution; units are open.
 * Each line says which steps the caller {@code may} take.
 */
final class RegistryOperation implements FhirOperation {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryOperation.class);
  private static final int MOST = 200;
  private static final int USUAL = 50;
  private static final int MOST_UNITS = 1_000;

  private final Registry registry;

  RegistryOperation(Registry registry) {
    this.registry = registry;
  }

  /** The database's silence is the caller's to wait out. */
  static <T> T database(Supplier<T> work) {
    try {
      return work.get();
    } catch (Sql.DatabaseFailed e) {
      LOG.warn("The registry could not be asked", e);
      throw new Refusal(Refusal.Kind.TRANSIENT, "registry.database");
    }
  }

  @Override
  public Spec spec() {
    return new Spec(
        "registry",
        Set.of(Level.SYSTEM),
        Set.of(),
        false,
        "https://helan.health/fhir/OperationDefinition/registry");
  }

  @Override
  public Answer execute(Call call) {
    call.store().checkMayOperate(call.caller(), "registry");
    var in = new In(call);
    String view = in.text("view");
    return database(
        () ->
            switch (view == null ? "figures" : view) {
              case "figures" -> figures(call, in);
              case "units" -> units(in);
              case "licences" -> licences(call, in);
              case "places" -> places(call, in);
              case "alliances" -> alliances(call, in);
              case "acts" -> acts(call, in);
              default -> throw In.wrong("view");
            });
  }

  /** Of those who act for an institution, only theirs. */
  private static @Nullable String institution(Caller caller, In in) {
    String asked = in.text("institution");
    if (caller.isRoot()
        || caller.role() == Caller.Role.OPERATOR
        || caller.role() == Caller.Role.REGULATOR) {
      return asked;
    }
    if (caller.institution().isEmpty() || asked != null && !asked.equals(caller.institution())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "registry.other-institution");
    }
    return caller.institution();
  }

  private Answer figures(Call call, In in) {
    var out = new Out();
    registry
        .listing()
        .figures(institution(call.caller(), in), registry.now())
        .forEach((name, count) -> out.parts("figure").code("name", name).number("count", count));
    return out.answer();
  }

  private Answer units(In in) {
    var out = new Out();
    String id = in.text("id");
    List<Listing.Unit> units;
    if (id == null) {
      String parent = in.text("parent");
      units = registry.listing().below(parent == null ? "" : parent, MOST_UNITS);
    } else {
      Listing.Unit one = registry.listing().unit(id);
      if (one == null) {
        throw new Refusal(Refusal.Kind.NOT_FOUND, "store.not-found", "Organization", id);
      }
      units = List.of(one);
    }
    for (Listing.Unit unit : units) {
      out.parts("unit")
          .text("id", unit.id())
          .text("name", unit.name())
          .flag("department", unit.department())
          .flag("active", unit.active())
          .code("level", unit.level())
          .text("district", unit.district())
          .text("address", unit.address())
          .text("part-of", unit.partOf())
          .code("licence", unit.licence())
          .number("below", unit.below())
          .number("posts", unit.posts());
    }
    return out.answer();
  }

  private Answer licences(Call call, In in) {
    String word = in.text("state");
    LicenceState state = word == null ? null : LicenceState.of(word);
    if (word != null && state == LicenceState.UNFILED) {
      throw In.wrong("state");
    }
    int count = in.number("_count", USUAL, MOST);
    List<Listing.Line> lines =
        registry
            .listing()
            .licences(
                new Listing.Wanted(
                    state,
                    institution(call.caller(), in),
                    in.text("holder"),
                    Boolean.TRUE.equals(in.flag("due")),
                    Boolean.TRUE.equals(in.flag("ending")),
                    in.text("after")),
                registry.now(),
                count + 1);
    var out = new Out();
    for (Listing.Line line : lines.subList(0, Math.min(count, lines.size()))) {
      Out.Parts parts = out.parts("licence");
      parts.reference("holder", "", line.holder(), line.name());
      parts.text("name", line.name());
      parts.code("kind", line.kind()).text("number", line.number());
      parts.code("state", line.state().word()).time("since", line.since());
      parts.time("ends", line.ends());
      parts.put("check-due", "valueDate", line.checkDue());
      parts.reference("institution", "Organization", line.institution(), line.institutionName());
      for (LicenceStep step : LicenceStep.values()) {
        if (step != LicenceStep.FILE
            && step != LicenceStep.EXPIRE
            && step.isOpen(call.caller(), line.state())) {
          parts.code("may", step.word());
        }
      }
    }
    if (lines.size() > count) {
      Listing.Line last = lines.get(count - 1);
      out.all().text("next", last.holder() + "|" + last.part());
    }
    return out.answer();
  }

  private Answer places(Call call, In in) {
    String word = in.text("state");
    SiteState state = word == null ? null : SiteState.of(word);
    if (state == SiteState.UNFILED && !"unfiled".equals(word)) {
      throw In.wrong("state");
    }
    int count = in.number("_count", USUAL, MOST);
    List<Listing.Seat> seats =
        registry
            .listing()
            .posts(
                state,
                institution(call.caller(), in),
                in.text("practitioner"),
                in.text("after"),
                count + 1);
    var out = new Out();
    for (Listing.Seat seat : seats.subList(0, Math.min(count, seats.size()))) {
      Out.Parts parts = out.parts("place");
      parts.text("id", seat.id());
      parts.reference("practitioner", "Practitioner", seat.practitioner(), seat.name());
      parts.text("name", seat.name()).text("title", seat.title());
      parts.code("state", seat.state().word()).time("since", seat.since());
      parts.code("site", seat.site()).flag("online", seat.online()).flag("active", seat.active());
      parts.codes("right", seat.rights());
      parts.text("department", seat.department());
      parts.reference("institution", "Organization", seat.institution(), seat.institutionName());
      parts.code("licence", seat.licence());
      for (SiteStep step : SiteStep.values()) {
        if (step.isOpen(call.caller(), seat.state())) {
          parts.code("may", step.word());
        }
      }
    }
    if (seats.size() > count) {
      out.all().text("next", seats.get(count - 1).id());
    }
    return out.answer();
  }

  /** By the leading institution's name; who leads whom is open, as units are. */
  private Answer alliances(Call call, In in) {
    String word = in.text("state");
    AllianceState state = word == null ? null : AllianceState.of(word);
    if (word != null && state == null) {
      throw In.wrong("state");
    }
    List<Alliance> all =
        Alliance.all(call.store(), in.text("institution")).stream()
            .map(Alliance::of)
            .filter(one -> state == null || one.state() == state)
            .toList();
    Set<String> ids = new HashSet<>();
    all.forEach(one -> ids.addAll(List.of(one.lead(), one.member())));
    Map<String, String> names = registry.listing().names(ids);
    String own = call.caller().institution();
    boolean isLimited =
        !call.caller().isRoot()
            && call.caller().role() != Caller.Role.OPERATOR
            && call.caller().role() != Caller.Role.REGULATOR;
    var out = new Out();
    all.stream()
        .sorted(
            Comparator.comparing((Alliance one) -> names.getOrDefault(one.lead(), one.lead()))
                .thenComparing(Alliance::kind)
                .thenComparing(one -> names.getOrDefault(one.member(), one.member()))
                .thenComparing(Alliance::id))
        .forEach(
            one -> {
              Out.Parts parts = out.parts("alliance");
              parts.text("id", one.id()).text("version", one.version());
              parts.reference("lead", "Organization", one.lead(), names.get(one.lead()));
              parts.reference("member", "Organization", one.member(), names.get(one.member()));
              parts.code("kind", one.kind()).code("state", one.state().word());
              parts.time("since", one.since());
              parts.put("start", "valueDate", one.start()).put("end", "valueDate", one.end());
              if (!isLimited || own.equals(one.lead()) || own.equals(one.member())) {
                for (AllianceStep step : AllianceStep.values()) {
                  if (step.isOpen(call.caller(), one.state())) {
                    parts.code("may", step.word());
                  }
                }
              }
            });
    return out.answer();
  }

  /** Out of the Provenances, which hardly anybody may read themselves. */
  private Answer acts(Call call, In in) {
    String of = in.need("of");
    if (!of.matches(
        "(Practitioner|PractitionerRole|Organization|OrganizationAffiliation|HealthcareService)/[A-Za-z0-9.-]{1,64}")) {
      throw In.wrong("of");
    }
    String own = institution(call.caller(), in);
    if (own != null && !call.caller().isRoot() && !registry.isOf(call.store(), of, own)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "registry.other-institution");
    }
    SearchResult found =
        call.store()
            .search(
                Caller.platform("registry"),
                new SearchRequest(
                    "Provenance",
                    null,
                    null,
                    List.of(
                        new SearchRequest.Parameter("target", of),
                        new SearchRequest.Parameter("_sort", "-recorded"),
                        new SearchRequest.Parameter("_count", "100")),
                    false));
    var out = new Out();
    for (SearchResult.Entry entry : found.entries()) {
      JsonNode act = Json.MAPPER.readTree(entry.resource().content());
      JsonNode activity = act.path("activity").path("coding").path(0);
      if (!Registry.STEP.equals(activity.path("system").asString(""))) {
        continue;
      }
      JsonNode agent = act.path("agent").path(0);
      out.parts("act")
          .code("step", activity.path("code").asString(""))
          .put("at", "valueInstant", act.path("recorded").asString(""))
          .text("by", agent.path("who").path("identifier").path("value").asString(""))
          .text("institution", agent.path("onBehalfOf").path("reference").asString(""))
          .text("number", act.path("target").path(0).path("identifier").path("value").asString(""))
          .text("reason", act.path("reason").path(0).path("text").asString(""));
    }
    return out.answer();
  }
}
