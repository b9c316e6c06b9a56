package health.helan.foundation.gateway.http;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.Message;
import health.helan.foundation.gateway.Receipt;
import health.helan.foundation.gateway.State;
import health.helan.foundation.gateway.hl7v2.Hl7v2;
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
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code POST /intake/[feed]}: a document (CDA), a table (CSV, Excel) or a bundle (FHIR), as the
 * feed's format says; the body is the file. Answered by Parameters with {@code id}, {@code state},
 * {@code reason-code}, {@code reason} and {@code made}: 200 when what it says is committed; 202
 * when the platform has it and goes on by itself; 422 when it failed or was refused, and is kept;
 * 503 with {@code Retry-After} when it was not taken. For systems of the feed's institution and the
 * root.
 */
public final class IntakeServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final int MOST_BYTES = 32 << 20;

  private final transient Gateway gateway;
  private final transient Executor workers;
  private final transient Duration patience;

  /**
   * @param workers carry out what is taken; a large table longer than its sender waits
   * @param patience after which it is answered 202
   */
  public IntakeServlet(Gateway gateway, Executor workers, Duration patience) {
    this.gateway = gateway;
    this.workers = workers;
    this.patience = patience;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Locale language = Messages.language(request.getHeader("Accept-Language"));
    try {
      Feed feed = feed(request);
      byte[] body = gateway.incoming().read(request.getInputStream(), MOST_BYTES);
      if (!gateway.tryEnter()) {
        throw new Refusal(Refusal.Kind.TRANSIENT, "gateway.busy");
      }
      boolean isLeft = false;
      try {
        Gateway.Accepted accepted = gateway.accept(feed, body, request.getRemoteAddr());
        isLeft = true;
        // What is carried out leaves its own trace.
        request.setAttribute(Audits.RECORDED, true);
        answer(response, accepted.id(), carryOut(accepted), language);
      } finally {
        if (!isLeft) {
          gateway.leave();
        }
      }
    } catch (Refusal e) {
      response.setStatus(e.kind().status());
      if (e.kind() == Refusal.Kind.TRANSIENT) {
        response.setHeader("Retry-After", "2");
      }
      write(response, Outcomes.bytes(Outcomes.of(e, language)));
    }
  }

  /** Null when it takes longer than the sender is kept waiting. */
  private @Nullable Receipt carryOut(Gateway.Accepted accepted) {
    CompletableFuture<Receipt> done;
    try {
      done =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return gateway.process(accepted);
                } finally {
                  gateway.leave();
                }
              },
              workers);
    } catch (RejectedExecutionException e) {
      gateway.leave();
      return null; // The platform stops; what is kept is carried out after its next start.
    }
    try {
      return done.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Refusal refusal) {
        throw refusal;
      }
      return null; // Kept, and tried again.
    }
  }

  private void answer(
      HttpServletResponse response, String id, @Nullable Receipt receipt, Locale language)
      throws IOException {
    ObjectNode parameters = Json.MAPPER.createObjectNode();
    parameters.put("resourceType", "Parameters");
    ArrayNode list = parameters.putArray("parameter");
    list.addObject().put("name", "id").put("valueString", id);
    State state = receipt == null ? State.RECEIVED : receipt.state();
    list.addObject().put("name", "state").put("valueCode", state.word());
    Message.Reason reason = receipt == null ? null : receipt.reason();
    if (receipt == null) {
      reason = new Message.Reason("gateway.still-working", java.util.List.of());
    }
    if (reason != null) {
      list.addObject().put("name", "reason-code").put("valueCode", reason.key());
      list.addObject()
          .put("name", "reason")
          .put(
              "valueString",
              Messages.of(language, reason.key(), new ArrayList<>(reason.arguments())));
    }
    Message kept = receipt == null ? null : gateway.message(receipt.id());
    if (kept != null) {
      kept.made().forEach(made -> list.addObject().put("name", "made").put("valueString", made));
      kept.findings()
          .forEach(
              finding -> {
                ArrayNode parts = list.addObject().put("name", "finding").putArray("part");
                parts.addObject().put("name", "code").put("valueCode", finding.key());
                if (!finding.place().isEmpty()) {
                  parts.addObject().put("name", "place").put("valueString", finding.place());
                }
                parts
                    .addObject()
                    .put("name", "text")
                    .put(
                        "valueString",
                        Messages.of(language, finding.key(), new ArrayList<>(finding.arguments())));
              });
    }
    response.setStatus(
        switch (state) {
          case DONE -> 200;
          case RECEIVED, PARKED -> 202;
          case DEAD, REFUSED, DISCARDED -> 422;
        });
    write(response, Json.MAPPER.writeValueAsBytes(parameters));
  }

  private static void write(HttpServletResponse response, byte[] body) throws IOException {
    response.setHeader("Cache-Control", "no-store");
    response.setContentType("application/fhir+json;charset=UTF-8");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  private Feed feed(HttpServletRequest request) {
    if (!(request.getAttribute(FhirServlet.CALLER) instanceof Caller caller)) {
      throw new Refusal(Refusal.Kind.LOGIN, "rest.login");
    }
    if (!request.getMethod().equals("POST")) {
      throw new Refusal(Refusal.Kind.METHOD, "rest.method", "POST");
    }
    String path = request.getPathInfo() == null ? "" : request.getPathInfo();
    Feed feed = path.length() > 1 ? gateway.feeds().get(path.substring(1)) : null;
    if (!caller.isRoot() && (feed == null || !feed.isFor(caller))) {
      // Which feeds there are is nobody else's business.
      throw new Refusal(Refusal.Kind.FORBIDDEN, "gateway.not-yours");
    }
    if (feed == null || !feed.active() || feed.format().equals(Hl7v2.NAME)) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "gateway.no-feed", "?");
    }
    if (feed.suspended()) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "gateway.suspended");
    }
    return feed;
  }
}
