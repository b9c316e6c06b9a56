package health.helan.foundation.delivery.subscription;

import health.helan.foundation.delivery.subscription.SubscriptionTable.Row;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is said over one socket (FHIR R4, subscription.html#websocket: {@code bind [id]}, {@code
 * bound [id]}, {@code ping [id]}; Subscriptions R5 Backport IG, "Websockets": {@code
 * bind-with-token [token]}, then notification Bundles). Who has said nothing that is understood, or
 * binds what is not its own, is cut off.
 */
public final class Conversation {
  /** Longer than a token lives; then the client binds again, and nothing is lost. */
  static final Duration LONGEST = Duration.ofHours(1);

  private static final Pattern BIND = Pattern.compile("bind ([A-Za-z0-9.-]{1,64})");
  private static final Pattern BIND_WITH_TOKEN =
      Pattern.compile("bind-with-token ([A-Za-z0-9_-]{1,100})");

  /** The socket itself. Calls come from several threads. */
  public interface Socket {
    /** Sends a text and waits for nothing. False when it could not be sent. */
    boolean say(String text);

    /** Sends a text, and returns true once the other side has answered for it. */
    boolean tell(String text);

    void close(String reason);

    /** The address of the other side. */
    String remote();
  }

  private final Subscriptions subscriptions;
  private final @Nullable Caller caller;
  private final Socket socket;
  private final Instant begun = Instant.now();
  private final Map<String, Caller> bound = new ConcurrentHashMap<>();
  private volatile boolean isOver;

  Conversation(Subscriptions subscriptions, @Nullable Caller caller, Socket socket) {
    this.subscriptions = subscriptions;
    this.caller = caller;
    this.socket = socket;
  }

  /** Whether it may be cut off without loss. */
  public boolean isIdle() {
    return bound.isEmpty();
  }

  boolean isOld() {
    return begun.plus(LONGEST).isBefore(Instant.now());
  }

  /** Takes what the other side said. Not on a thread that pongs come by. */
  public synchronized void hear(String text) {
    if (isOver) {
      return; // What came after the refusal.
    }
    Matcher plain = BIND.matcher(text);
    Matcher token = BIND_WITH_TOKEN.matcher(text);
    try {
      if (plain.matches()) {
        // By the token of the request that opened the socket.
        if (caller == null) {
          throw new Refusal(Refusal.Kind.LOGIN, "subscription.socket-login");
        }
        bind(caller, plain.group(1), false);
      } else if (token.matches()) {
        SubscriptionTable.Binding binding = subscriptions.binding(token.group(1));
        if (binding == null) {
          throw new Refusal(Refusal.Kind.LOGIN, "subscription.socket-unbound");
        }
        for (String id : binding.subscriptions()) {
          bind(binding.caller(), id, true);
        }
      } else {
        throw new Refusal(Refusal.Kind.INVALID, "subscription.socket-words");
      }
    } catch (Refusal e) {
      subscriptions.audit(caller, socket.remote(), "", e.kind().status());
      end();
      socket.close(e.kind().issueType());
    }
  }

  private void bind(Caller by, String id, boolean withToken) {
    Row row = subscriptions.bindable(by, id);
    subscriptions.audit(by, socket.remote(), id, 200);
    bound.put(id, by);
    boolean said =
        socket.say(
            row.criteria().notifications() && withToken
                ? subscriptions.handshake(row)
                : "bound " + id);
    if (said) {
      subscriptions.bound(id, this);
      if (isOver) {
        subscriptions.unbound(id, this);
      }
    }
  }

  /** Who has bound it; null for nobody. */
  @Nullable Caller by(String id) {
    return bound.get(id);
  }

  boolean tell(String text) {
    return socket.tell(text);
  }

  String remote() {
    return socket.remote();
  }

  void close(String reason) {
    end();
    socket.close(reason);
  }

  /** The socket is no more. */
  public void end() {
    isOver = true;
    bound.keySet().forEach(id -> subscriptions.unbound(id, this));
    bound.clear();
  }

  /** The trace of a bind, taken or refused. */
  static AuditSink.Request line(
      Instant at, @Nullable Caller caller, String remote, String id, int status) {
    return line(at, caller, remote, id, "bind", status);
  }

  static AuditSink.Request line(
      Instant at, @Nullable Caller caller, String remote, String id, String operation, int status) {
    return new AuditSink.Request(
        at,
        caller,
        remote,
        "operation",
        "Subscription",
        id,
        operation,
        java.util.List.of(),
        0,
        status,
        0,
        0,
        0,
        new long[0]);
  }
}
