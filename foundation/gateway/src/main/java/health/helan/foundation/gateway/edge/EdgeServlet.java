package health.helan.foundation.gateway.edge;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.Message;
import health.helan.foundation.gateway.Receipt;
import health.helan.foundation.gateway.State;
import health.helan.foundation.rest.Audits;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where edge nodes deliver: {@code /edge/…}, for registered nodes and the feeds that they are
 * registered for.
 *
 * <ul>
 *   <li>{@code GET /edge/position/[feed]?epoch=}: {@code {"last", "digest"}}.
 *   <li>{@code POST /edge/messages/[feed]?epoch=} with a {@link Parcel}: the same, and {@code
 *       others} with {@code seq}, {@code state}, {@code reason} of what is not done, from {@code
 *       first} on.
 *   <li>{@code POST /edge/verdicts/[feed]?epoch=} with an array of numbers: {@code others}.
 *   <li>{@code POST /edge/beat} with what the node says of itself: {@code feeds} with {@code name},
 *       {@code settings}.
 * </ul>
 *
 * Refusals are OperationOutcomes; what a parcel held before the place of its fault is committed all
 * the same. 503 with {@code Retry-After} asks for patience.
 */
public final class EdgeServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final int MOST_JSON_BYTES = 256 << 10;
  private static final int MOST_ASKED = 1_000;

  /** What frames and a packing that gains nothing add to a parcel's messages. */
  private static final int SLACK = 1 << 20;

  /** Messages after which the position is written down. */
  private static final int STEP = 50;

  /**
   * So long a parcel waits for what becomes of a message; one that takes longer, such as a large
   * table, goes on by itself, and its verdict is asked for later.
   */
  private static final long PATIENCE_SECONDS = 20;

  /** Of a parcel, carried out at once. */
  private static final int AT_ONCE = 4;

  private final transient Gateway gateway;
  private final transient Nodes nodes;

  public EdgeServlet(Gateway gateway, Nodes nodes) {
    this.gateway = gateway;
    this.nodes = nodes;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Locale language = Messages.language(request.getHeader("Accept-Language"));
    try {
      ObjectNode answer = answer(request);
      // Each message leaves its trace when it is carried out; the rest says nothing of anybody.
      request.setAttribute(Audits.RECORDED, true);
      write(response, 200, "application/json", Json.MAPPER.writeValueAsBytes(answer));
    } catch (Refusal e) {
      if (e.kind() == Refusal.Kind.TRANSIENT) {
        response.setHeader("Retry-After", "2");
      }
      // For the node, which keeps the reason and not the sentence.
      response.setHeader(Reasons.HEADER, Reasons.of(e));
      write(
          response,
          e.kind().status(),
          "application/fhir+json;charset=UTF-8",
          Outcomes.bytes(Outcomes.of(e, language)));
    }
  }

  private static void write(HttpServletResponse response, int status, String type, byte[] body)
      throws IOException {
    response.setStatus(status);
    response.setHeader("Cache-Control", "no-store");
    response.setContentType(type);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  private ObjectNode answer(HttpServletRequest request) throws IOException {
    if (!(request.getAttribute(FhirServlet.CALLER) instanceof Caller caller)) {
      throw new Refusal(Refusal.Kind.LOGIN, "rest.login");
    }
    Nodes.Node node = caller.role() == Caller.Role.SYSTEM ? nodes.ofClient(caller.subject()) : null;
    if (node == null || !node.institution().equals(caller.institution())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "edge.unknown-node");
    }
    String[] path = String.valueOf(request.getPathInfo()).split("/", -1);
    String verb = path.length > 1 ? path[1] : "";
    String method = verb.equals("position") ? "GET" : "POST";
    if (!request.getMethod().equals(method)) {
      throw new Refusal(Refusal.Kind.METHOD, "rest.method", method);
    }
    if (verb.equals("beat") && path.length == 2) {
      return beat(node, request);
    }
    if (path.length != 3) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "gateway.no-feed", "?");
    }
    Feed feed = feed(node, path[2]);
    String epoch = String.valueOf(request.getParameter("epoch"));
    if (!epoch.matches("[0-9a-f]{32}")) {
      throw new Refusal(Refusal.Kind.VALUE, "gateway.parameter-wrong", "epoch");
    }
    return switch (verb) {
      case "position" -> shown(nodes.position(node.name(), feed.name(), epoch), List.of());
      case "verdicts" -> verdicts(node, feed, epoch, json(request));
      case "messages" -> messages(node, feed, epoch, request);
      default -> throw new Refusal(Refusal.Kind.NOT_FOUND, "gateway.no-feed", "?");
    };
  }

  /** One of the node's feeds: which others there are is nobody's business. */
  private Feed feed(Nodes.Node node, String name) {
    Feed feed = node.feeds().containsKey(name) ? gateway.feeds().get(name) : null;
    if (feed == null || !feed.institution().equals(node.institution())) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "edge.foreign-feed");
    }
    return feed;
  }

  private static JsonNode json(HttpServletRequest request) throws IOException {
    byte[] body = request.getInputStream().readNBytes(MOST_JSON_BYTES + 1);
    if (body.length > MOST_JSON_BYTES) {
      throw new Refusal(Refusal.Kind.TOO_LONG, "gateway.too-long", MOST_JSON_BYTES);
    }
    try {
      return Json.MAPPER.readTree(body);
    } catch (JacksonException e) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "edge.parcel-broken");
    }
  }

  private static ObjectNode shown(Centre.Position position, List<Centre.Verdict> others) {
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("last", position.last()).put("digest", position.digest());
    ArrayNode list = answer.putArray("others");
    for (Centre.Verdict verdict : others) {
      ObjectNode one = list.addObject();
      one.put("seq", verdict.seq()).put("state", verdict.state().word());
      if (verdict.reason() != null) {
        one.put("reason", verdict.reason());
      }
    }
    return answer;
  }

  private ObjectNode beat(Nodes.Node node, HttpServletRequest request) throws IOException {
    JsonNode said = json(request);
    if (!said.isObject()) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "edge.parcel-broken");
    }
    nodes.beat(node.name(), request.getRemoteAddr(), said);
    ObjectNode answer = Json.MAPPER.createObjectNode();
    ArrayNode feeds = answer.putArray("feeds");
    node.feeds()
        .forEach(
            (name, port) -> {
              Feed feed = gateway.feeds().get(name);
              if (feed != null && feed.institution().equals(node.institution())) {
                // The port is the node's own; here the feed may have another, or none.
                feeds
                    .addObject()
                    .put("name", name)
                    .set("settings", feed.settings().put("port", port));
              }
            });
    return answer;
  }

  private ObjectNode verdicts(Nodes.Node node, Feed feed, String epoch, JsonNode asked) {
    var seqs = new ArrayList<Long>();
    for (JsonNode seq : asked) {
      seqs.add(seq.asLong(0));
    }
    if (!asked.isArray() || seqs.size() > MOST_ASKED) {
      throw new Refusal(Refusal.Kind.TOO_LONG, "gateway.parameter-wrong", "body");
    }
    var found = new ArrayList<Centre.Verdict>();
    nodes
        .arrivals(node.name(), feed.name(), epoch, seqs)
        .forEach(
            (seq, id) -> {
              Message message = gateway.message(id);
              if (message != null && message.feed().equals(feed.name())) {
                found.add(verdict(seq, message.state(), message.reason()));
              }
            });
    return shown(nodes.position(node.name(), feed.name(), epoch), found);
  }

  private static Centre.Verdict verdict(long seq, State state, Message.@Nullable Reason reason) {
    String text = null;
    if (reason != null && state != State.DONE) {
      ArrayNode array = Json.MAPPER.createArrayNode().add(reason.key());
      reason.arguments().forEach(array::add);
      text = array.toString();
    }
    return new Centre.Verdict(seq, state, text);
  }

  // ------------------------------------------------------------------ messages

  private ObjectNode messages(Nodes.Node node, Feed feed, String epoch, HttpServletRequest request)
      throws IOException {
    if (!feed.active()) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "gateway.no-feed", feed.name());
    }
    if (feed.suspended()) {
      // The node keeps its messages: it has acknowledged them, and their sender sends none again.
      throw new Refusal(Refusal.Kind.FORBIDDEN, "gateway.suspended");
    }
    if (!Parcel.TYPE.equals(request.getContentType())) {
      throw new Refusal(Refusal.Kind.MEDIA_TYPE, "edge.media-type", Parcel.TYPE);
    }
    InputStream parcel =
        gateway
            .incoming()
            .readAsFarAsItCame(request.getInputStream(), (int) Parcel.MOST_BYTES + SLACK);
    if (!gateway.tryEnter()) {
      throw new Refusal(Refusal.Kind.TRANSIENT, "gateway.busy");
    }
    try {
      return new Taking(node, feed, epoch, request.getRemoteAddr()).take(parcel);
    } finally {
      gateway.leave();
    }
  }

  /** A parcel that is being taken. */
  private final class Taking {
    private final Nodes.Node node;
    private final Feed feed;
    private final String epoch;
    private final String remote;
    private final Map<Long, Future<Receipt>> working = new java.util.TreeMap<>();
    private final List<Nodes.Arrival> arrivals = new ArrayList<>();
    private final Semaphore places = new Semaphore(AT_ONCE);
    private long first;
    private long last;
    private byte[] digest = new byte[0];
    private boolean isAhead;

    Taking(Nodes.Node node, Feed feed, String epoch, String remote) {
      this.node = node;
      this.feed = feed;
      this.epoch = epoch;
      this.remote = remote;
    }

    /**
     * Keeps message after message in its order and has them carried out, several at a time: the
     * gateway sees to the order of each patient's.
     */
    ObjectNode take(InputStream body) throws IOException {
      last = nodes.position(node.name(), feed.name(), epoch).last();
      first = last + 1;
      ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
      try {
        var parcel = new Parcel.Reader(body);
        for (Parcel.Item item = parcel.next(); item != null; item = parcel.next()) {
          take(item, threads);
        }
      } catch (EOFException e) {
        throw new Refusal(Refusal.Kind.STRUCTURE, "edge.parcel-cut");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new Refusal(Refusal.Kind.TRANSIENT, "store.stopping");
      } finally {
        threads.shutdown(); // What was begun goes on.
        write();
      }
      return shown(nodes.position(node.name(), feed.name(), epoch), verdicts()).put("first", first);
    }

    private void take(Parcel.Item item, ExecutorService threads) throws InterruptedException {
      if (item.seq() <= last) {
        return; // Committed before; the answer to that was lost.
      }
      if (item.seq() != last + 1) {
        throw new Refusal(Refusal.Kind.CONFLICT, "edge.gap", last + 1, item.seq());
      }
      byte[] bytes = item.bytes();
      if (bytes == null) {
        digest = new byte[0];
      } else {
        Gateway.Accepted accepted = gateway.accept(feed, bytes, remote);
        digest = Arrays.copyOf(Parcel.digest(bytes), 16);
        arrivals.add(
            new Nodes.Arrival(item.seq(), Instant.ofEpochMilli(item.taken()), accepted.id()));
        working.put(item.seq(), carryOut(accepted, threads));
      }
      last = item.seq();
      isAhead = true;
      if (arrivals.size() >= STEP) {
        write();
      }
    }

    private Future<Receipt> carryOut(Gateway.Accepted accepted, ExecutorService threads)
        throws InterruptedException {
      if (!places.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        // It is in the journal: the gateway comes to it by itself.
        return CompletableFuture.failedFuture(new TimeoutException());
      }
      return threads.submit(
          () -> {
            try {
              return gateway.process(accepted);
            } finally {
              places.release();
            }
          });
    }

    private void write() {
      if (isAhead) {
        nodes.advance(node.name(), feed.name(), epoch, last, digest, arrivals);
        arrivals.clear();
        isAhead = false;
      }
    }

    private List<Centre.Verdict> verdicts() {
      var others = new ArrayList<Centre.Verdict>();
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      working.forEach(
          (seq, future) -> {
            try {
              Receipt receipt =
                  future.get(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
              if (receipt.state() != State.DONE) {
                others.add(verdict(seq, receipt.state(), receipt.reason()));
              }
            } catch (ExecutionException | TimeoutException e) {
              // It is in the journal, and is carried out later.
              others.add(new Centre.Verdict(seq, State.RECEIVED, null));
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              others.add(new Centre.Verdict(seq, State.RECEIVED, null));
            }
          });
      return others;
    }
  }
}
