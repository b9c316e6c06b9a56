package health.helan.app.results;

import health.helan.app.access.SocketTokens;
import health.helan.app.web.EventStream;
import health.helan.care.results.NoticeHub;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * {@code GET /access/notices}: tells a resident's open page that there is news, nothing of what it
 * is; the page then reads it, as any request does. Ends with the session.
 */
final class NoticeStream extends EventStream {
  private static final long serialVersionUID = 1L;

  static final String PATH = "/access/notices";

  private static final int MOST_OPEN = 4_000;

  /** Of one account: as many devices and tabs as somebody looks at. */
  private static final int MOST_OWN = 6;

  private final transient NoticeHub hub;
  private final transient SocketTokens tokens;
  private final transient Map<String, Integer> open = new ConcurrentHashMap<>();

  NoticeStream(NoticeHub hub, SocketTokens tokens) {
    super("notices", MOST_OPEN);
    this.hub = hub;
    this.tokens = tokens;
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String token = token(request);
    if (token == null || !(request.getAttribute(FhirServlet.CALLER) instanceof Caller caller)) {
      refuse(request, response, HttpServletResponse.SC_UNAUTHORIZED, "login", "results.sign-in");
      return;
    }
    if (!enters(caller.subject())) {
      response.setHeader("Retry-After", "60");
      refuse(
          request,
          response,
          Refusal.Kind.THROTTLED.status(),
          Refusal.Kind.THROTTLED.issueType(),
          "results.too-many-streams");
      return;
    }
    boolean isOpen = false;
    try {
      var news = new Semaphore(0);
      NoticeHub.Listening listening = hub.listen(caller, news::release);
      try {
        isOpen =
            open(
                request,
                response,
                "results.streams-full",
                line -> send(line, token, news),
                () -> {
                  listening.close();
                  leaves(caller.subject());
                });
      } finally {
        if (!isOpen) {
          listening.close();
        }
      }
    } catch (Refusal e) {
      refuse(request, response, e.kind().status(), e.kind().issueType(), e.messageKey());
    } finally {
      if (!isOpen) {
        leaves(caller.subject());
      }
    }
  }

  private boolean enters(String account) {
    boolean[] may = {false};
    open.compute(
        account,
        (_, there) -> {
          int now = there == null ? 0 : there;
          may[0] = now < MOST_OWN;
          return may[0] ? now + 1 : there;
        });
    return may[0];
  }

  private void leaves(String account) {
    open.computeIfPresent(account, (_, there) -> there == 1 ? null : there - 1);
  }

  private void send(Line line, String token, Semaphore news)
      throws IOException, InterruptedException {
    line.say("open", "{}");
    while (!line.isOver()) {
      boolean isNews = news.tryAcquire(1, TimeUnit.SECONDS);
      if (isNews) {
        news.drainPermits(); // Several at once are one look.
      }
      if (isNews || line.beat()) {
        if (tokens.caller(token) == null) {
          line.say("over", "{}"); // Signed out, or the account was closed.
          return;
        }
        if (isNews) {
          line.say("news", "{}");
        }
      }
    }
  }
}
