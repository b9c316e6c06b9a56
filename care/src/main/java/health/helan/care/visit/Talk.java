package health.helan.care.visit;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One line to one side of a visit. Texts are JSON objects with one member each. The client begins
 * with {@code bind} ({@code token}, {@code visit}, {@code after}: the number of the last message
 * that it has) and says {@code got} and {@code read} as it goes on; what it wants to say it sends
 * by {@code $say}, which keeps before it answers. The platform answers {@code bound}, then {@code
 * message} by {@code message} in order and without a gap, {@code marks} and {@code state} as they
 * change, and {@code refused} before it closes.
 */
public final class Talk {
  private static final Logger LOG = LoggerFactory.getLogger(Talk.class);

  /** Where texts go. Called by one thread at a time. */
  public interface Socket {
    /**
     * @return false when nobody is there any more
     */
    boolean say(String text);

    void close(String reason);

    String remote();
  }

  /** Who is behind a token, now; null for nobody. */
  @FunctionalInterface
  public interface Tokens {
    @Nullable Caller caller(String token);
  }

  private final Visits visits;
  private final Talks talks;
  private final Socket socket;
  private final ReentrantLock speaking = new ReentrantLock();
  private final AtomicBoolean isHinted = new AtomicBoolean();
  private final Runnable hint = this::hinted;

  private volatile @Nullable String token;
  private volatile String visit = "";
  private volatile boolean isOver;
  private int told;
  private int signalled;
  private @Nullable Marks marks;
  private @Nullable VisitState state;

  Talk(Visits visits, Talks talks, Socket socket) {
    this.visits = visits;
    this.talks = talks;
    this.socket = socket;
  }

  /** Nothing was bound yet. */
  public boolean isIdle() {
    return visit.isEmpty();
  }

  /** The client said something. */
  public void hear(String text) {
    try {
      JsonNode word = parse(text);
      if (word.has("bind")) {
        bind(word.path("bind"));
        return;
      }
      Caller caller = caller();
      if (word.has("here")) {
        here();
      } else if (word.has("signal")) {
        signal(caller, word.path("signal"));
      } else if (word.has("got") || word.has("read")) {
        visits
            .conversations()
            .mark(caller, visit, number(word.path("got")), number(word.path("read")));
      } else {
        throw new Refusal(Refusal.Kind.INVALID, "visit.socket-words");
      }
    } catch (Refusal e) {
      talks.audit(null, socket.remote(), visit, e.kind().status());
      refuse(e);
    }
  }

  private void signal(Caller caller, JsonNode signal) {
    try {
      visits.calls().signal(caller, visit, signal);
    } catch (Refusal e) {
      if (e.kind() != Refusal.Kind.BUSINESS_RULE) {
        throw e;
      }
      ObjectNode why = Json.MAPPER.createObjectNode();
      why.put("code", e.kind().issueType()).put("reason", e.messageKey());
      speaking.lock();
      try {
        var unused = say("refused", why);
      } finally {
        speaking.unlock();
      }
    }
  }

  /** Both sides learn by it that the line is there. */
  private void here() {
    speaking.lock();
    try {
      var unused = say("here", Json.MAPPER.getNodeFactory().booleanNode(true));
    } finally {
      speaking.unlock();
    }
  }

  private static JsonNode parse(String text) {
    try {
      JsonNode word = Json.MAPPER.readTree(text);
      if (word.isObject() && word.size() == 1 || word.has("got") && word.has("read")) {
        return word;
      }
    } catch (JacksonException e) {
      // Refused below.
    }
    throw new Refusal(Refusal.Kind.INVALID, "visit.socket-words");
  }

  private static int number(JsonNode node) {
    if (node.isMissingNode()) {
      return 0;
    }
    if (!node.isInt() || node.intValue() < 0) {
      throw new Refusal(Refusal.Kind.VALUE, "visit.socket-words");
    }
    return node.intValue();
  }

  private void bind(JsonNode asked) {
    if (!visit.isEmpty()) {
      throw new Refusal(Refusal.Kind.INVALID, "visit.socket-words");
    }
    String given = asked.path("token").asString("");
    Caller caller = talks.caller(given);
    if (caller == null) {
      throw new Refusal(Refusal.Kind.LOGIN, "visit.socket-token");
    }
    String id = asked.path("visit").asString("");
    Visits.Member member;
    try {
      visits.store.checkMayOperate(caller, VisitOperations.READ);
      member = visits.member(caller, id);
    } catch (Refusal e) {
      talks.audit(caller, socket.remote(), id, e.kind().status()); // It is known who tried.
      refuse(e);
      return;
    }
    talks.audit(caller, socket.remote(), id, 200);
    speaking.lock();
    try {
      token = given;
      told = number(asked.path("after"));
      signalled = member.row().signals(); // Those before are of a call that it was not in.
      ObjectNode bound = Json.MAPPER.createObjectNode();
      bound
          .putObject("bound")
          .put("visit", id)
          .put("side", member.party().word())
          .put("last", member.row().last());
      visit = id;
      if (!socket.say(bound.toString())) {
        end();
        return;
      }
    } finally {
      speaking.unlock();
    }
    visits.live().listen(id, hint);
    if (isOver) {
      leave();
    }
    hinted();
  }

  /** Who it is now: a session may have ended, or an account been closed. */
  private Caller caller() {
    String given = token;
    Caller caller = given == null ? null : talks.caller(given);
    if (caller == null) {
      throw new Refusal(Refusal.Kind.LOGIN, "visit.socket-token");
    }
    return caller;
  }

  private void hinted() {
    if (!isHinted.getAndSet(true)) {
      Thread.ofVirtual().start(this::tell);
    }
  }

  /** Says what is new. One thread at a time; a hint that comes meanwhile makes it look again. */
  private void tell() {
    speaking.lock();
    try {
      // Before looking: what changes from now on gives a hint of its own.
      isHinted.set(false);
      if (isOver) {
        return;
      }
      Caller caller = caller();
      Conversations.Page page;
      do {
        page = visits.conversations().read(caller, visit, told, Conversations.PAGE);
        for (Message message : page.messages()) {
          if (!say("message", Words.message(message))) {
            return;
          }
          told = message.number();
        }
      } while (page.messages().size() == Conversations.PAGE);
      VisitTable.Row row = page.visit();
      for (Calls.Signal signal : visits.calls().signals(row, page.side(), signalled)) {
        if (!say("signal", signal.content())) {
          return;
        }
        signalled = signal.number();
      }
      if (row.state() != state) {
        state = row.state();
        if (!say("state", Json.MAPPER.getNodeFactory().stringNode(row.state().word()))) {
          return;
        }
      }
      if (!row.marks().equals(marks)) {
        marks = row.marks();
        say("marks", Words.marks(row.marks()));
      }
    } catch (Refusal e) {
      refuse(e);
    } catch (RuntimeException e) {
      LOG.warn("A conversation could not be told", e);
      end();
      socket.close("the platform failed");
    } finally {
      speaking.unlock();
    }
  }

  private boolean say(String name, JsonNode value) {
    ObjectNode word = Json.MAPPER.createObjectNode();
    word.set(name, value);
    if (socket.say(word.toString())) {
      return true;
    }
    end();
    return false;
  }

  private void refuse(Refusal e) {
    ObjectNode word = Json.MAPPER.createObjectNode();
    word.putObject("refused").put("code", e.kind().issueType()).put("reason", e.messageKey());
    speaking.lock();
    try {
      var unused = socket.say(word.toString());
    } finally {
      speaking.unlock();
    }
    end();
    socket.close(e.kind().issueType());
  }

  /** The line is gone. */
  public void end() {
    isOver = true;
    leave();
  }

  private void leave() {
    String id = visit;
    if (!id.isEmpty()) {
      visits.live().leave(id, hint);
    }
  }
}
