package health.helan.foundation.gateway.hl7v2;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.rest.Audits;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;

/**
 * {@code POST /hl7v2/[feed]}: messages in ER7 over HTTP ({@code application/hl7-v2+er7}, also with
 * {@code x-}), one, several or a batch in a body; answered by their acknowledgements in the same
 * form. 200 says that the platform has them, whatever the acknowledgements say; 503 with {@code
 * Retry-After} that it has not. For systems of the feed's institution and the root.
 */
public final class Hl7v2Servlet extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final int MOST_BYTES = 32 << 20;

  private final transient Gateway gateway;

  public Hl7v2Servlet(Gateway gateway) {
    this.gateway = gateway;
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
      try {
        byte[] answer = answer(feed, body, request.getRemoteAddr());
        // Each message has left its trace; the request as such needs none more.
        request.setAttribute(Audits.RECORDED, true);
        response.setStatus(200);
        response.setHeader("Cache-Control", "no-store");
        response.setContentType(request.getContentType());
        response.setContentLength(answer.length);
        response.getOutputStream().write(answer);
      } finally {
        gateway.leave();
      }
    } catch (Refusal e) {
      byte[] outcome = Outcomes.bytes(Outcomes.of(e, language));
      response.setStatus(e.kind().status());
      if (e.kind() == Refusal.Kind.TRANSIENT) {
        response.setHeader("Retry-After", "2");
      }
      response.setHeader("Cache-Control", "no-store");
      response.setContentType("application/fhir+json;charset=UTF-8");
      response.setContentLength(outcome.length);
      response.getOutputStream().write(outcome);
    }
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
    if (feed == null || !feed.active() || !feed.format().equals(Hl7v2.NAME)) {
      throw new Refusal(Refusal.Kind.NOT_FOUND, "gateway.no-feed", "?");
    }
    if (feed.suspended()) {
      throw new Refusal(Refusal.Kind.FORBIDDEN, "gateway.suspended");
    }
    String type = String.valueOf(request.getContentType()).toLowerCase(Locale.ROOT);
    if (!type.matches(
        "(application/(x-)?hl7-v2\\+er7|text/plain|x-application/hl7-v2\\+er7)(\\s*;.*)?")) {
      throw new Refusal(Refusal.Kind.MEDIA_TYPE, "gateway.media-type");
    }
    return feed;
  }

  private byte[] answer(Feed feed, byte[] body, String remote) throws IOException {
    Split split = Split.of(body);
    var answers = new Answers();
    for (byte[] message : split.messages()) {
      byte[] asked = Queries.answer(gateway, feed, message, remote);
      if (asked != null) {
        answers.send(asked);
        continue;
      }
      Acknowledgement.to(message, feed)
          .answer(gateway, gateway.accept(feed, message, remote), answers);
    }
    return split.isBatch() ? answers.asBatch(split.batch()) : answers.bytes();
  }
}
