package health.helan.app.queue;

import health.helan.app.web.EventStream;
import health.helan.care.queue.Hall;
import health.helan.care.queue.Screens;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Role;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * {@code GET /hall}: what a screen in a hall shows, for who presents the token of a screen.
 * Numbers, masked names and rooms; opens nothing else.
 */
final class HallStream extends EventStream {
  private static final long serialVersionUID = 1L;
  private static final int MOST_OPEN = 500;
  private static final Duration LOOKS = Duration.ofSeconds(1);

  private final transient Hall hall;

  HallStream(Hall hall) {
    super("hall", MOST_OPEN);
    this.hall = hall;
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String token = token(request);
    Screens.Screen screen = token == null ? null : hall.screen(token);
    if (token == null || screen == null) {
      response.setHeader("WWW-Authenticate", "Bearer realm=\"helan-hall\"");
      refuse(
          request, response, HttpServletResponse.SC_UNAUTHORIZED, "login", "queue.screen-unknown");
      return;
    }
    // For the trace: which screen, of whom.
    request.setAttribute(
        FhirServlet.CALLER,
        new Caller(
            "screen:" + screen.id(),
            Role.SYSTEM,
            screen.institution(),
            Set.of(),
            UUID.randomUUID().toString()));
    var unused = open(request, response, "queue.screens-full", line -> send(line, token), () -> {});
  }

  private void send(Line line, String token) throws IOException, InterruptedException {
    Map<String, Long> shown = Map.of();
    String door = "";
    boolean isFirst = true;
    while (!line.isOver()) {
      Screens.Screen screen = hall.screen(token);
      if (screen == null) {
        line.say("over", "{}"); // Switched off meanwhile.
        return;
      }
      Map<String, Long> now = hall.revisions(screen);
      String code = hall.door(screen);
      if (isFirst || !now.equals(shown) || !code.equals(door)) {
        line.say("hall", hall.shown(screen).toString());
        isFirst = false;
        shown = now;
        door = code;
      } else {
        var unused = line.beat();
      }
      Thread.sleep(LOOKS);
    }
  }
}
