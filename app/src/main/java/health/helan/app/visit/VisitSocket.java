package health.helan.app.visit;

import health.helan.care.visit.Talk;
import health.helan.care.visit.Talks;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.CloseReason;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /visit-socket} with an upgrade to a WebSocket (RFC 6455): one side of a visit on line.
 * Anybody may open it; who has not bound a visit with a token within ten seconds is cut off, and
 * who is not heard of for two minutes too.
 */
final class VisitSocket extends HttpServlet {
  private static final long serialVersionUID = 1L;

  static final String PATH = "/visit-socket";

  private static final int MOST_OPEN = 4_000;

  /** Characters of a word: an offer of WebRTC with all its candidates has some thousands. */
  private static final int LONGEST_WORD = 64 << 10;

  private static final int MOST_UNHEARD = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration SILENCE = Duration.ofMinutes(2);

  private final transient Talks talks;
  private final transient Semaphore places = new Semaphore(MOST_OPEN);

  VisitSocket(Talks talks) {
    this.talks = talks;
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (!"websocket".equalsIgnoreCase(request.getHeader("Upgrade"))) {
      response.setHeader("Upgrade", "websocket");
      response.setStatus(426);
      return;
    }
    if (!(request.getServletContext().getAttribute(ServerContainer.class.getName())
            instanceof ServerContainer container)
        || !places.tryAcquire()) {
      response.setHeader("Retry-After", "60");
      response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
      return;
    }
    var line = new Line(request.getRemoteAddr());
    var config =
        ServerEndpointConfig.Builder.create(Line.class, PATH)
            .configurator(
                new ServerEndpointConfig.Configurator() {
                  @Override
                  public <T> T getEndpointInstance(Class<T> type) {
                    return type.cast(line);
                  }

                  // No cookie counts here, only the token that is said: any page may connect, as
                  // any program may.
                  @Override
                  public boolean checkOrigin(String origin) {
                    return true;
                  }
                })
            .build();
    boolean upgraded = false;
    try {
      container.upgradeHttpToWebSocket(request, response, config, Map.of());
      upgraded = response.getStatus() == HttpServletResponse.SC_SWITCHING_PROTOCOLS;
    } catch (DeploymentException e) {
      throw new IOException(e);
    } finally {
      if (!upgraded) {
        places.release();
      }
    }
  }

  /** One socket. */
  final class Line extends Endpoint implements Talk.Socket {
    private final String remote;
    private final BlockingQueue<String> heard = new ArrayBlockingQueue<>(MOST_UNHEARD);
    private volatile @Nullable Session session;
    private volatile @Nullable Talk talk;
    private volatile @Nullable Thread hearing;

    Line(String remote) {
      this.remote = remote;
    }

    @Override
    public void onOpen(Session opened, EndpointConfig config) {
      opened.setMaxTextMessageBufferSize(LONGEST_WORD);
      opened.setMaxBinaryMessageBufferSize(1_000);
      opened.setMaxIdleTimeout(SILENCE.toMillis());
      session = opened;
      Talk begun = talks.open(this);
      talk = begun;
      // Not on the container's thread, which what is heard could keep waiting; in their order,
      // which offers and candidates of a call need.
      hearing = Thread.ofVirtual().start(() -> hearAll(begun));
      opened.addMessageHandler(
          String.class,
          (MessageHandler.Whole<String>)
              text -> {
                if (!heard.offer(text)) {
                  close("too many words at once");
                }
              });
      Thread.ofVirtual().start(() -> cutOffTheSilent(begun));
    }

    private void hearAll(Talk begun) {
      try {
        while (!Thread.currentThread().isInterrupted()) {
          begun.hear(heard.take());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // It is closed.
      } catch (RuntimeException e) {
        close("the platform failed");
        throw e;
      }
    }

    private void cutOffTheSilent(Talk begun) {
      try {
        Thread.sleep(PATIENCE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (begun.isIdle()) {
        close("nothing bound");
      }
    }

    @Override
    public synchronized boolean say(String text) {
      Session open = session;
      try {
        if (open == null || !open.isOpen()) {
          return false;
        }
        open.getBasicRemote().sendText(text);
        return true;
      } catch (IOException | IllegalStateException e) {
        return false;
      }
    }

    @Override
    public void close(String reason) {
      Session open = session;
      try {
        if (open != null && open.isOpen()) {
          open.close(new CloseReason(CloseReason.CloseCodes.VIOLATED_POLICY, reason));
        }
      } catch (IOException | IllegalStateException e) {
        // It is closed.
      }
    }

    @Override
    public String remote() {
      return remote;
    }

    @Override
    public void onClose(Session closed, CloseReason reason) {
      places.release();
      Thread listening = hearing;
      if (listening != null) {
        listening.interrupt();
      }
      Talk ended = talk;
      if (ended != null) {
        ended.end();
      }
    }
  }
}
