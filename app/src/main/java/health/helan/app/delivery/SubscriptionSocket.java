package health.helan.app.delivery;

import health.helan.app.web.SocketServlet;
import health.helan.foundation.delivery.subscription.Conversation;
import health.helan.foundation.delivery.subscription.Subscriptions;
import health.helan.foundation.rest.FhirServlet;
import health.helan.foundation.store.Caller;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
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
final class SubscriptionSocket extends SocketServlet {
  private static final long serialVersionUID = 1L;

  private static final int MOST_OPEN = 1000;
  private static final int LONGEST_WORD = 1000;
  private static final int MOST_UNHEARD = 20;

  private final transient Subscriptions subscriptions;

  SubscriptionSocket(Subscriptions subscriptions) {
    super(Subscriptions.SOCKET, MOST_OPEN);
    this.subscriptions = subscriptions;
  }

  @Override
  protected Line line(HttpServletRequest request) {
    return new Talk(
        request.getAttribute(FhirServlet.CALLER) instanceof Caller known ? known : null,
        request.getRemoteAddr());
  }

  /** One socket. */
  final class Talk extends Line implements Conversation.Socket {
    private final @Nullable Caller caller;
    private final AtomicLong pings = new AtomicLong();
    private final LinkedBlockingQueue<Long> pongs = new LinkedBlockingQueue<>(100);

    /** Words that may wait until they are heard. */
    private final Semaphore unheard = new Semaphore(MOST_UNHEARD);

    private volatile @Nullable Conversation conversation;

    Talk(@Nullable Caller caller, String remote) {
      super(remote);
      this.caller = caller;
    }

    @Override
    protected void begin(Session opened) {
      opened.setMaxTextMessageBufferSize(LONGEST_WORD);
      opened.setMaxBinaryMessageBufferSize(LONGEST_WORD);
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
      cutOffWhile(begun::isIdle);
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

    private void answered(ByteBuffer data) {
      if (data.remaining() == Long.BYTES) {
        long number = data.getLong();
        // When there are too many, somebody sends them unasked.
        var unused = pongs.offer(number);
      }
    }

    @Override
    public synchronized boolean tell(String text) {
      Session open = open();
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
    protected void end() {
      Conversation ended = conversation;
      if (ended != null) {
        ended.end();
      }
    }
  }
}
