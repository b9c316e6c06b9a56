package health.helan.foundation.onboarding;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Feeds;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.hl7v2.Hl7v2;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.app.Client;
import health.helan.foundation.trust.app.Clients;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Applications and their steps. A step is a row, written in one transaction with the new state;
 * clients and feeds follow the state at once, and, should the machine stop in between, when one
 * comes up again ({@link #settle}).
 */
public final class Onboardings implements AutoCloseable {
  /** Identifier system of unified social credit codes; ours, until the registry has a better. */
  public static final String CREDIT_CODE = "https://helan.health/fhir/sid/credit-code";

  private static final Logger LOG = LoggerFactory.getLogger(Onboardings.class);
  private static final Duration SWEEP = Duration.ofSeconds(10);
  private static final int SHORTEST = 5;
  private static final int LONGEST = 1000;
  private static final String LETTERS = "0123456789abcdefghijkmnpqrstuvwxyz";

  /** What an operator chooses of a feed; the rest follows from the application. */
  private static final Set<String> CHOSEN =
      Set.of(
          "port",
          "networks",
          "tls",
          "zone",
          "charset",
          "systems",
          "afterFailure",
          "controlIds",
          "language");

  private final OnboardingTable table;
  private final Clients clients;
  private final Gateway gateway;
  private final RecordStore store;
  private final Sandbox sandbox;
  private final Witness witness;
  private final int sandboxPort;
  private final Clock clock;

  /** Used by the upkeep's thread alone. */
  private boolean isLookedAfter;

  private final SecureRandom random = new SecureRandom();
  private final ScheduledExecutorService schedule =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("onboarding-", 0).factory());

  /**
   * @param sandboxPort MLLP port of the sandbox's feeds, unless an operator names another; 0 for
   *     none
   */
  public Onboardings(
      Sql sql,
      Clients clients,
      Gateway gateway,
      RecordStore store,
      Sandbox sandbox,
      Witness witness,
      int sandboxPort,
      Clock clock) {
    table = new OnboardingTable(sql);
    this.clients = clients;
    this.gateway = gateway;
    this.store = store;
    this.sandbox = sandbox;
    this.witness = witness;
    this.sandboxPort = sandboxPort;
    this.clock = clock;
  }

  /** Opens the sandbox if anybody is in it, and looks after what a stop left half done. */
  public void start() {
    var unused =
        schedule.scheduleWithFixedDelay(
            () -> {
              try {
                table.unsettled(clock.instant().minus(SWEEP)).forEach(this::settleAgain);
                if (!isLookedAfter && table.needsSandbox()) {
                  lookAfterSandbox();
                }
                isLookedAfter = true;
              } catch (Refusal | Sql.DatabaseFailed e) {
                LOG.warn("Onboarding waits for the database: {}", e.getMessage());
              } catch (RuntimeException e) {
                LOG.error("Onboarding's upkeep failed and is tried again", e);
              }
            },
            0,
            SWEEP.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** One that cannot be settled now holds up no other. */
  private void settleAgain(Onboarding one) {
    try {
      settle(one);
    } catch (RuntimeException e) {
      LOG.warn("Application {} is not settled yet: {}", one.id(), e.getMessage());
    }
  }

  /** After a restore the sandbox is empty: it is no part of backups. */
  private void lookAfterSandbox() {
    sandbox.open();
    for (Onboarding one : table.find(null)) {
      if (one.state().isInSandbox() && !sandbox.isFurnished(one)) {
        settle(one);
      }
    }
  }

  // ------------------------------------------------------------------ looking

  /** Those that the caller may know of, the last changed first. */
  public List<Onboarding> find(Caller caller, @Nullable State state) {
    return table.find(state).stream().filter(each -> isVisible(caller, each)).toList();
  }

  /**
   * One.
   *
   * @throws Refusal NOT_FOUND for an id that none has of which the caller may know
   */
  public Onboarding get(Caller caller, String id) {
    Onboarding found = id.matches("[0-9a-z]{1,30}") ? table.read(id) : null;
    if (found == null || !isVisible(caller, found)) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "onboarding.unknown");
    }
    return found;
  }

  private static boolean isVisible(Caller caller, Onboarding one) {
    if (caller.isRoot()) {
      return true;
    }
    String institution = one.application().institution();
    return switch (caller.role()) {
      case OPERATOR, REGULATOR -> true;
      case PRACTITIONER -> !institution.isEmpty() && institution.equals(caller.institution());
      case SYSTEM ->
          Client.isOfSandbox(caller.subject())
              ? one.id().equals(Witness.idOf(caller.subject()))
              : !institution.isEmpty() && institution.equals(caller.institution());
      case RESIDENT -> false;
    };
  }

  public List<Onboarding.Act> acts(Onboarding one) {
    return table.acts(one.id());
  }

  /** By the code of the line. */
  public Map<String, Onboarding.Evidence> evidence(Onboarding one) {
    return table.evidence(one.id());
  }

  /** The steps that a caller could take now. */
  public List<Step> open(Caller caller, Onboarding one) {
    List<Onboarding.Act> acts = acts(one);
    var steps = new ArrayList<Step>();
    for (Step step : Step.values()) {
      boolean isOpen =
          step.isOpen(caller.role(), one.state())
              && (caller.role() != Caller.Role.PRACTITIONER || isApplicant(caller, acts))
              && (step != Step.CERTIFY || !isApplicant(caller, acts) && unproved(one).isEmpty());
      if (isOpen) {
        steps.add(step);
      }
    }
    return steps;
  }

  private static boolean isApplicant(Caller caller, List<Onboarding.Act> acts) {
    return acts.stream()
        .anyMatch(
            act ->
                act.by().equals(caller.subject())
                    && (act.step().equals(Step.APPLY.word())
                        || act.step().equals(Step.AMEND.word())));
  }

  /** Lines of the check list that nothing has proved. */
  List<CheckList.Line> unproved(Onboarding one) {
    Set<String> proved = evidence(one).keySet();
    return CheckList.of(one.application()).stream()
        .filter(line -> !proved.contains(line.code()))
        .toList();
  }

  // ------------------------------------------------------------------ steps

  /**
   * Applies: a practitioner for the institution of the post, an operator for any.
   *
   * @param content JSON of the {@link Application}
   */
  public Onboarding apply(Caller caller, String content, @Nullable String reason) {
    Step.APPLY.take(caller.role(), State.APPLIED, true);
    String why = reason(reason);
    Application application = Application.parse(content);
    if (caller.role() == Caller.Role.PRACTITIONER) {
      if (caller.institution().isEmpty()
          || !application.institution().isEmpty()
              && !application.institution().equals(caller.institution())) {
        throw new Refusal(Refusal.Kind.FORBIDDEN, "onboarding.other-institution");
      }
      application = application.at(caller.institution());
    }
    if (!application.institution().isEmpty()) {
      // Refuses one that nobody knows.
      store.read(caller.asPlatform(), "Organization", application.institution());
    }
    Instant now = now();
    var made =
        new Onboarding(
            newId(), 1, State.APPLIED, now, now, application, Json.MAPPER.createObjectNode());
    table.insert(made, act(1, Step.APPLY, State.APPLIED, caller, why));
    return made;
  }

  private String newId() {
    var id = new StringBuilder("a");
    for (int i = 0; i < 9; i++) {
      id.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return id.toString();
  }

  private Onboarding.Act act(int number, Step step, State state, Caller caller, String reason) {
    return new Onboarding.Act(
        number,
        step.word(),
        state,
        now(),
        caller.subject(),
        caller.role().name().toLowerCase(java.util.Locale.ROOT),
        reason);
  }

  private static String reason(@Nullable String reason) {
    String text = reason == null ? "" : reason.strip();
    if (text.length() < SHORTEST || text.length() > LONGEST) {
      throw new Refusal(Refusal.Kind.VALUE, "onboarding.reason", SHORTEST, LONGEST);
    }
    return text;
  }

  /**
   * Takes a step.
   *
   * @param content JSON of the new {@link Application}; of {@link Step#AMEND} alone
   * @param settings what an operator chooses of the feeds, JSON by the feed's name; of {@link
   *     Step#OPEN_SANDBOX} and {@link Step#GO_LIVE}
   * @throws Refusal with the reason for which it is not open to the caller, or not now
   */
  public Onboarding take(
      Caller caller,
      String id,
      Step step,
      @Nullable String reason,
      @Nullable String content,
      @Nullable String settings) {
    Onboarding before = get(caller, id);
    List<Onboarding.Act> acts = acts(before);
    State to = step.take(caller.role(), before.state(), false);
    if (caller.role() == Caller.Role.PRACTITIONER && !isApplicant(caller, acts)) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "onboarding.not-applicant");
    }
    String why = reason(reason);
    Application application = before.application();
    ObjectNode chosen = before.settings().deepCopy();
    switch (step) {
      case AMEND -> {
        if (content == null) {
          throw new Refusal(Refusal.Kind.INVALID, "onboarding.no-json");
        }
        Application amended = Application.parse(content);
        if (!amended.institution().isEmpty()
            && !amended.institution().equals(application.institution())) {
          throw new Refusal(Refusal.Kind.FORBIDDEN, "onboarding.other-institution");
        }
        if (to.isInSandbox() && caller.role() == Caller.Role.PRACTITIONER) {
          refuseKeysElsewhere(application, amended);
        }
        application = amended.at(application.institution());
      }
      case OPEN_SANDBOX -> chosen.set("sandbox", chosen(settings, application));
      case CERTIFY -> {
        if (isApplicant(caller, acts)) {
          throw new Refusal(Refusal.Kind.FORBIDDEN, "onboarding.four-eyes");
        }
        List<CheckList.Line> open = unproved(before);
        if (!open.isEmpty()) {
          throw new Refusal(
              Refusal.Kind.BUSINESS_RULE,
              "onboarding.open-lines",
              open.size(),
              open.getFirst().code());
        }
      }
      case GO_LIVE -> {
        chosen.set("live", chosen(settings, application));
        if (application.institution().isEmpty()) {
          application = application.at(institution(caller, application));
        }
      }
      case APPLY, SEND_BACK, SUSPEND, RESUME, WITHDRAW -> {
        // The state says it all.
      }
    }
    var next =
        new Onboarding(
            before.id(), before.version() + 1, to, before.created(), now(), application, chosen);
    // Now, so that what could not be done later is refused before it is promised.
    if (step == Step.OPEN_SANDBOX || step == Step.AMEND && to.isInSandbox()) {
      wanted(next, true).forEach((name, feed) -> check(sandbox.open().gateway().feeds(), feed));
    }
    if (step == Step.GO_LIVE) {
      wanted(next, false).forEach((name, feed) -> check(gateway.feeds(), feed));
    }
    table.update(next, act(next.version(), step, to, caller, why));
    witness.forget(id);
    try {
      settle(next);
    } catch (Refusal | Sql.DatabaseFailed e) {
      LOG.warn("The effects of a step follow later: {}", e.getMessage());
      throw new Refusal(Refusal.Kind.TRANSIENT, "onboarding.not-settled", next.state().word());
    }
    return next;
  }

  /**
   * What is amended in the sandbox takes effect at once, and the platform fetches keys from where
   * they are said to lie: from hosts that an operator has seen, or the applicant could have it
   * knock at any door.
   */
  private static void refuseKeysElsewhere(Application before, Application amended) {
    Set<String> seen = hosts(before);
    for (String host : hosts(amended)) {
      if (!seen.contains(host)) {
        throw new Refusal(Refusal.Kind.FORBIDDEN, "onboarding.keys-elsewhere");
      }
    }
  }

  private static Set<String> hosts(Application application) {
    var hosts = new HashSet<String>();
    for (Application.Software each : application.systems()) {
      String uri = each.jwksUri();
      if (uri != null) {
        java.net.URI parsed = java.net.URI.create(uri);
        hosts.add(
            String.valueOf(parsed.getHost()).toLowerCase(java.util.Locale.ROOT)
                + ":"
                + parsed.getPort());
      }
    }
    return hosts;
  }

  private static ObjectNode chosen(@Nullable String settings, Application application) {
    if (settings == null || settings.isBlank()) {
      return Json.MAPPER.createObjectNode();
    }
    try {
      if (Json.MAPPER.readTree(settings) instanceof ObjectNode object) {
        for (Map.Entry<String, JsonNode> each : object.properties()) {
          boolean isFeed =
              application.feeds().stream().anyMatch(feed -> feed.name().equals(each.getKey()));
          if (!isFeed || !each.getValue().isObject()) {
            throw new Refusal(Refusal.Kind.VALUE, "onboarding.field", "settings");
          }
          for (String name : each.getValue().propertyNames()) {
            if (!CHOSEN.contains(name)) {
              throw new Refusal(Refusal.Kind.VALUE, "gateway.feed-setting", name);
            }
          }
        }
        return object;
      }
    } catch (JacksonException broken) {
      // Refused below.
    }
    throw new Refusal(Refusal.Kind.VALUE, "onboarding.field", "settings");
  }

  /** The Organization of the credit code: the one that is there, or a new one. */
  private String institution(Caller caller, Application application) {
    Application.Organization of = application.organization();
    ObjectNode organization = Json.MAPPER.createObjectNode().put("resourceType", "Organization");
    organization
        .putArray("identifier")
        .addObject()
        .put("system", CREDIT_CODE)
        .put("value", of.code());
    organization.put("active", true);
    organization
        .putArray("type")
        .addObject()
        .putArray("coding")
        .addObject()
        .put("system", "http://terminology.hl7.org/CodeSystem/organization-type")
        .put("code", "prov");
    organization.put("name", of.name());
    Outcome outcome =
        store.write(
            caller,
            new Interaction.Create(
                "Organization",
                Interaction.Body.of(organization),
                "identifier="
                    + URLEncoder.encode(CREDIT_CODE + "|" + of.code(), StandardCharsets.UTF_8),
                null,
                null));
    return outcome.id();
  }

  /** The feeds that an application should have, by name. */
  private Map<String, Feed> wanted(Onboarding one, boolean ofSandbox) {
    var feeds = new TreeMap<String, Feed>();
    JsonNode chosen = one.settings().path(ofSandbox ? "sandbox" : "live");
    for (Application.Feed each : one.application().feeds()) {
      if (each.transport() == Application.Transport.FHIR) {
        continue;
      }
      boolean isMllp = each.transport() == Application.Transport.MLLP;
      ObjectNode settings =
          chosen.path(each.name()) instanceof ObjectNode own
              ? own.deepCopy()
              : Json.MAPPER.createObjectNode();
      if (!isMllp) {
        settings.put("port", 0);
      } else if (!settings.has("port") && ofSandbox) {
        settings.put("port", sandboxPort);
      }
      if (isMllp && settings.path("port").asInt(0) == 0) {
        throw new Refusal(Refusal.Kind.VALUE, "onboarding.port", each.name());
      }
      settings.put("institution", ofSandbox ? one.tenant() : one.application().institution());
      settings.put("active", true);
      settings.put("suspended", !ofSandbox && one.state() == State.SUSPENDED);
      if (isMllp) {
        settings.putArray("senders").add(each.sender());
      }
      if (!each.format().equals(Hl7v2.NAME)) {
        settings.put("format", each.format());
        if (each.transport() == Application.Transport.TABLE) {
          settings.put("table", each.structures().getFirst());
        }
      }
      String name = one.feed(each.name());
      feeds.put(name, Feed.of(name, 1, settings));
    }
    return feeds;
  }

  /** On one port a sender is one feed's. */
  private static void check(Feeds feeds, Feed wanted) {
    for (Feed other : feeds.all()) {
      if (wanted.port() > 0
          && other.active()
          && other.port() == wanted.port()
          && !other.name().equals(wanted.name())) {
        boolean isTaken =
            other.senders().isEmpty()
                || wanted.senders().stream().anyMatch(other.senders()::contains);
        if (isTaken || other.tls() != wanted.tls()) {
          throw new Refusal(
              Refusal.Kind.CONFLICT,
              isTaken ? "onboarding.sender-taken" : "onboarding.port-tls",
              wanted.port());
        }
      }
    }
  }

  // ------------------------------------------------------------------ effects

  /**
   * Brings clients and feeds to where the state wants them. Doing it twice has the effect of once.
   */
  void settle(Onboarding one) {
    // What is closed is closed first.
    boolean isLive = one.state() == State.LIVE;
    settleClients(one, one.id() + ".", one.application().institution(), isLive);
    settleFeeds(
        one,
        gateway.feeds(),
        isLive || one.state() == State.SUSPENDED ? wanted(one, false) : Map.of(),
        false);
    boolean isInSandbox = one.state().isInSandbox();
    settleClients(one, Client.SANDBOX + one.id() + ".", one.tenant(), isInSandbox);
    if (one.settings().has("sandbox")) {
      if (isInSandbox) {
        sandbox.furnish(one);
      }
      settleFeeds(
          one, sandbox.open().gateway().feeds(), isInSandbox ? wanted(one, true) : Map.of(), true);
    }
    table.settled(one);
    Onboarding now = table.read(one.id());
    if (now != null && now.version() > one.version()) {
      // A step was taken meanwhile, and what was just done may have come after its effects.
      settle(now);
    }
  }

  private void settleClients(Onboarding one, String head, String institution, boolean isOpen) {
    var wanted = new HashSet<String>();
    Map<String, Client> there = new TreeMap<>();
    for (Client each : clients.all()) {
      if (each.id().startsWith(head)) {
        there.put(each.id(), each);
      }
    }
    if (isOpen) {
      for (Application.Software system : one.application().systems()) {
        Client client = Application.client(head + system.id(), system, institution, true);
        wanted.add(client.id());
        Client before = there.get(client.id());
        if (before == null || !isSame(before, client)) {
          clients.register(client);
        }
      }
    }
    for (Client each : there.values()) {
      if (!wanted.contains(each.id()) && each.enabled()) {
        clients.register(
            new Client(
                each.id(),
                each.name(),
                each.kind(),
                each.redirects(),
                each.scopes(),
                each.jwksUri(),
                each.jwks(),
                each.institution(),
                false,
                each.created()));
      }
    }
  }

  private static boolean isSame(Client one, Client other) {
    return one.enabled() == other.enabled()
        && one.name().equals(other.name())
        && one.scopes().equals(other.scopes())
        && one.institution().equals(other.institution())
        && Objects.equals(one.jwksUri(), other.jwksUri())
        && Objects.equals(one.jwks(), other.jwks());
  }

  /**
   * @param follows true where what is applied for may still change; else what an operator has set
   *     since by {@code $gateway-feed} stays
   */
  private static void settleFeeds(
      Onboarding one, Feeds feeds, Map<String, Feed> wanted, boolean follows) {
    for (Feed each : List.copyOf(feeds.all())) {
      if (each.name().startsWith(one.id() + "-")
          && each.active()
          && !wanted.containsKey(each.name())) {
        feeds.put(each.name(), each.settings().put("active", false), "onboarding");
      }
    }
    wanted.forEach(
        (name, feed) -> {
          Feed there = feeds.get(name);
          if (there == null || !there.active()) {
            feeds.put(name, feed.settings(), "onboarding");
          } else if (there.suspended() != feed.suspended()
              || follows
                  && !(there.senders().equals(feed.senders()) && there.port() == feed.port())) {
            ObjectNode settings = there.settings();
            settings.put("suspended", feed.suspended());
            if (follows) {
              settings.put("port", feed.port());
              feed.senders().forEach(settings.putArray("senders")::add);
            }
            feeds.put(name, settings, "onboarding");
          }
        });
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  @Override
  public void close() {
    schedule.shutdownNow();
  }
}
