package health.helan.app.web;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.CloseReason;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET} with an upgrade to a WebSocket (RFC 6455) of texts, which anybody may open: who they
 * are is said over it, and who has said nothing of use within ten seconds is cut off. Only so many
 * are open at a time; others hear 503.
 */
public abstract class SocketServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final int UPGRADE_REQUIRED = 426;

  /** How long a line may be open without use, and an answer may be waited for. */
  protected static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String path;
  private final transient Semaphore places;

  /**
   * @param path where it is mounted
   * @param most open at a time
   */
  protected SocketServlet(String path, int most) {
    this.path = path;
    this.places = new Semaphore(most);
  }

  /** What talks over the socket that is about to open. */
  protected abstract Line line(HttpServletRequest request);

  @Override
  protected final void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (!"websocket".equalsIgnoreCase(request.getHeader("Upgrade"))) {
      response.setHeader("Upgrade", "websocket");
      response.setStatus(UPGRADE_REQUIRED);
      return;
    }
    if (!(request.getServletContext().getAttribute(ServerContainer.class.getName())
            instanceof ServerContainer container)
        || !places.tryAcquire()) {
      response.setHeader("Retry-After", "60");
      response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
      return;
    }
    Line line = line(request);
    var config =
        ServerEndpointConfig.Builder.create(line.getClass(), path)
            .configurator(
                new ServerEndpointConfig.Configurator() {
                  @Override
                  public <T> T getEndpointInstance(Class<T> type) {
                    return type.cast(line);
                  }

                  // Nothing of a browser's goes with the request, no cookie counts here, only what
                  // is said: any page may connect, as any program may.
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
  public abstract class Line extends Endpoint {
    private final String remote;
    private volatile @Nullable Session session;

    protected Line(String remote) {
      this.remote = remote;
    }

    /** Begins to talk; called once, when the socket is open. */
    protected abstract void begin(Session opened);

    /** Ends what was begun; called once, when the socket is closed. */
    protected abstract void end();

    @Override
    public final void onOpen(Session opened, EndpointConfig config) {
      session = opened;
      begin(opened);
    }

    @Override
    public final void onClose(Session closed, CloseReason reason) {
      places.release();
      end();
    }

    /** Closes it unless it is of use by then. */
    protected final void cutOffWhile(BooleanSupplier isIdle) {
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  Thread.sleep(PATIENCE);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                if (isIdle.getAsBoolean()) {
                  close("nothing bound");
                }
              });
    }

    /** The socket while it is open; else null. */
    protected final @Nullable Session open() {
      Session known = session;
      return known != null && known.isOpen() ? known : null;
    }

    /** False when the text did not go out. */
    public synchronized boolean say(String text) {
      Session open = open();
      try {
        if (open == null) {
          return false;
        }
        open.getBasicRemote().sendText(text);
        return true;
      } catch (IOException | IllegalStateException e) {
        return false;
      }
    }

    public void close(String reason) {
      Session open = open();
      try {
        if (open != null) {
          open.close(new CloseReason(CloseReason.CloseCodes.VIOLATED_POLICY, reason));
        }
      } catch (IOException | IllegalStateException e) {
        // It is closed.
      }
    }

    public String remote() {
      return remote;
    }
  }
}
