package health.helan.app.delivery;

import health.helan.foundation.delivery.subscription.Conversation;
import health.helan.foundation.delivery.subscription.Subscriptions;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.store.Caller;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.CloseReason;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /subscription-socket} with an upgrade to a WebSocket (RFC 6455). Whose token came with
 * the request may bind by id, everybody by a token of {@code $get-ws-binding-token}; who binds
 * nothing within ten seconds is cut off. A text counts as received when the ping sent after it is
 * answered.
 */
final class SubscriptionSocket extends HttpServlet {
  private static final long serialVersionUID = 1L;

  private static final int MOST_OPEN = 1000;
  private static final int LONGEST_WORD = 1000;
  private static final int MOST_UNHEARD = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final transient Subscriptions subscriptions;
  private final transient Semaphore places = new Semaphore(MOST_OPEN);

  SubscriptionSocket(Subscriptions subscriptions) {
    this.subscriptions = subscriptions;
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
    Caller caller = request.getAttribute(FhirServlet.CALLER) instanceof Caller known ? known : null;
    var talk = new Talk(caller, request.getRemoteAddr());
    var config =
        ServerEndpointConfig.Builder.create(Talk.class, Subscriptions.SOCKET)
            .configurator(
                new ServerEndpointConfig.Configurator() {
                  @Override
                  public <T> T getEndpointInstance(Class<T> type) {
                    return type.cast(talk);
                  }

                  // Nothing of a browser's goes with the request, no cookie counts here: any page
                  // may connect, as any program may.
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
  final class Talk extends Endpoint implements Conversation.Socket {
    private final @Nullable Caller caller;
    private final String remote;
    private final AtomicLong pings = new AtomicLong();
    private final LinkedBlockingQueue<Long> pongs = new LinkedBlockingQueue<>(100);

    /** Words that may wait until they are heard. */
    private final Semaphore unheard = new Semaphore(MOST_UNHEARD);

    private volatile @Nullable Session session;
    private volatile @Nullable Conversation conversation;

    Talk(@Nullable Caller caller, String remote) {
      this.caller = caller;
      this.remote = remote;
    }

    @Override
    public void onOpen(Session opened, EndpointConfig config) {
      opened.setMaxTextMessageBufferSize(LONGEST_WORD);
      opened.setMaxBinaryMessageBufferSize(LONGEST_WORD);
      session = opened;
      Conversation begun = subscriptions.converse(caller, this);
      conversation = begun;
      // Not on the thread of the container: what is told waits for pongs, which come by that one.
      opened.addMessageHandler(
          String.class,
          (MessageHandler.Whole<String>)
              text -> {
                if (unheard.tryAcquire()) {
                  Thread.ofVirtual().start(() -> hear(begun, text));
                } else {
                  close("too many words at once");
                }
              });
      opened.addMessageHandler(
          PongMessage.class,
          (MessageHandler.Whole<PongMessage>) pong -> answered(pong.getApplicationData()));
      Thread.ofVirtual().start(() -> cutOffTheSilent(begun));
    }

    private void hear(Conversation begun, String text) {
      try {
        begun.hear(text);
      } catch (RuntimeException e) {
        close("the platform failed");
        throw e;
      } finally {
        unheard.release();
      }
    }

    private void cutOffTheSilent(Conversation begun) {
      try {
        Thread.sleep(PATIENCE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      if (begun.isIdle()) {
        close("nothing bound");
      }
    }

    private void answered(ByteBuffer data) {
      if (data.remaining() == Long.BYTES) {
        long number = data.getLong();
        // When there are too many, somebody sends them unasked.
        var unused = pongs.offer(number);
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
    public synchronized boolean tell(String text) {
      Session open = session;
      if (open == null || !say(text)) {
        return false;
      }
      long number = pings.incrementAndGet();
      pongs.clear();
      try {
        open.getBasicRemote().sendPing(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
          Long pong = pongs.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
          if (pong != null && pong == number) {
            return true;
          }
        }
        return false;
      } catch (IOException | IllegalStateException e) {
        return false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
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
      Conversation ended = conversation;
      if (ended != null) {
        ended.end();
      }
    }
  }
}
