package health.helan.foundation.onboarding;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Finding;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.Message;
import health.helan.foundation.gateway.Receipt;
import health.helan.foundation.gateway.hl7v2.Hl7v2;
import health.helan.foundation.onboarding.CheckList.Kind;
import health.helan.foundation.onboarding.CheckList.Line;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.trust.account.Sql;
import health.helan.foundation.trust.app.Client;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sees what the sandbox receives and keeps the first proof of each line of the check lists. Nobody
 * else writes proofs. Thread-safe.
 */
public final class Witness {
  /**
   * Bound while a request is served that came over HTTP: true over TLS. Not bound: it came over
   * MLLP.
   */
  public static final ScopedValue<Boolean> OVER_TLS = ScopedValue.newInstance();

  private static final Duration REMEMBERED = Duration.ofSeconds(5);
  private static final int MOST_REMEMBERED = 10_000;

  private final OnboardingTable table;
  private final Clock clock;
  private final Set<String> proved = ConcurrentHashMap.newKeySet();
  private final Map<String, Known> applications = new ConcurrentHashMap<>();

  private record Known(@Nullable Onboarding onboarding, Instant until) {}

  public Witness(Sql sql, Clock clock) {
    table = new OnboardingTable(sql);
    this.clock = clock;
  }

  /** A message that the sandbox's gateway has settled. */
  void message(Gateway gateway, Gateway.Accepted accepted, Receipt receipt) {
    String name = accepted.feed().name();
    int dash = name.indexOf('-');
    Onboarding onboarding = dash < 0 ? null : onboarding(name.substring(0, dash));
    Message message = onboarding == null ? null : gateway.message(receipt.id());
    if (onboarding == null || message == null) {
      return;
    }
    String of = name.substring(dash + 1);
    Application.Feed feed =
        onboarding.application().feeds().stream()
            .filter(each -> each.name().equals(of))
            .findFirst()
            .orElse(null);
    if (feed == null) {
      return;
    }
    if (feed.transport() == Application.Transport.MLLP
        && !OVER_TLS.isBound()
        && !accepted.remote().isEmpty()
        && accepted.feed().tls() != Feed.Tls.OFF) {
      prove(onboarding, new Line(Kind.TLS, of, ""), evidence(message));
    }
    // A document is one whatever kind it says it is; the rows of a table are of its own.
    boolean isOfFiles = !feed.format().equals(Hl7v2.NAME);
    String what = isOfFiles ? feed.asked().getFirst() : message.type();
    if (!feed.asked().contains(what)) {
      return;
    }
    boolean isRepeated = accepted.receipt() != null;
    switch (receipt.state()) {
      case DONE -> {
        if (isRepeated) {
          prove(onboarding, new Line(Kind.ONCE, of, what), evidence(message));
        } else {
          for (Kind kind : new Kind[] {Kind.ACCEPTED, Kind.MAPPED, Kind.ACKNOWLEDGED}) {
            prove(onboarding, new Line(kind, of, what), evidence(message));
          }
        }
      }
      case DEAD, REFUSED -> {
        if (message.reason() != null) {
          prove(onboarding, new Line(Kind.REFUSED, of, what), evidence(message));
        }
      }
      case RECEIVED, PARKED, DISCARDED -> {
        // Nothing is settled by them.
      }
    }
  }

  private static ObjectNode evidence(Message message) {
    ObjectNode evidence = Json.MAPPER.createObjectNode();
    evidence.put("message", message.id());
    if (message.mapping() != null) {
      evidence.put("mapping", message.mapping());
    }
    Message.Reason reason = message.reason();
    if (reason != null) {
      evidence.put("reason", reason.key());
      reason.arguments().forEach(evidence.putArray("arguments")::add);
    }
    if (!message.findings().isEmpty()) {
      var findings = evidence.putArray("findings");
      for (Finding finding : message.findings()) {
        findings.add(finding.key());
      }
    }
    return evidence;
  }

  /**
   * A caller whom the sandbox's HTTP door let in: its token was got with its key, since systems
   * have no other way.
   */
  public void visit(Caller caller) {
    Onboarding onboarding = onboarding(caller);
    String system = onboarding == null ? null : system(caller.subject());
    if (onboarding == null || system == null) {
      return;
    }
    ObjectNode evidence = Json.MAPPER.createObjectNode().put("request", caller.request());
    prove(onboarding, new Line(Kind.SIGN_IN, system, ""), evidence);
    if (OVER_TLS.isBound() && OVER_TLS.get()) {
      prove(onboarding, new Line(Kind.TLS, system, ""), evidence);
    }
  }

  /** The sandbox's audit: passes on, and looks at what was written and what was refused. */
  public AuditSink beside(AuditSink sink) {
    return new AuditSink() {
      @Override
      public void record(Request request) {
        sink.record(request);
        request(request);
      }

      @Override
      public void arrives() {
        sink.arrives();
      }

      @Override
      public void leaves() {
        sink.leaves();
      }
    };
  }

  private void request(AuditSink.Request request) {
    Caller caller = request.caller();
    boolean writes =
        request.interaction().equals("create") || request.interaction().equals("update");
    if (caller == null || !writes || request.type().isEmpty()) {
      return;
    }
    Kind kind =
        switch (request.status()) {
          case 200, 201 -> Kind.VALID;
          case 400, 422 -> Kind.INVALID;
          default -> null;
        };
    Onboarding onboarding = kind == null ? null : onboarding(caller);
    if (kind == null || onboarding == null) {
      return;
    }
    String system = system(caller.subject());
    for (Application.Feed feed : onboarding.application().feeds()) {
      if (feed.system().equals(system) && feed.resources().contains(request.type())) {
        ObjectNode evidence =
            Json.MAPPER
                .createObjectNode()
                .put("request", caller.request())
                .put("status", request.status());
        prove(onboarding, new Line(kind, feed.name(), request.type()), evidence);
      }
    }
  }

  private @Nullable Onboarding onboarding(Caller caller) {
    if (caller.role() != Caller.Role.SYSTEM || !Client.isOfSandbox(caller.subject())) {
      return null;
    }
    return onboarding(idOf(caller.subject()));
  }

  /** The application that a client of the sandbox belongs to. */
  static String idOf(String client) {
    String rest = client.substring(Client.SANDBOX.length());
    int dot = rest.indexOf('.');
    return dot < 0 ? rest : rest.substring(0, dot);
  }

  private static String system(String client) {
    return client.substring(client.lastIndexOf('.') + 1);
  }

  private @Nullable Onboarding onboarding(String id) {
    Instant now = clock.instant();
    Known known = applications.get(id);
    if (known == null || known.until().isBefore(now)) {
      if (applications.size() >= MOST_REMEMBERED) {
        applications.clear();
      }
      known = new Known(table.read(id), now.plus(REMEMBERED));
      applications.put(id, known);
    }
    return known.onboarding();
  }

  /** Looks again at what is applied for: it has changed. */
  void forget(String id) {
    applications.remove(id);
  }

  private void prove(Onboarding onboarding, Line line, ObjectNode evidence) {
    // What is certified stands as it was looked at.
    if (onboarding.state() != State.TESTING
        || !CheckList.of(onboarding.application()).contains(line)
        || proved.contains(onboarding.id() + "/" + line.code())) {
      return;
    }
    table.prove(
        onboarding.id(), line.code(), clock.instant().truncatedTo(ChronoUnit.MILLIS), evidence);
    if (proved.size() >= MOST_REMEMBERED) {
      proved.clear();
    }
    proved.add(onboarding.id() + "/" + line.code());
  }
}
