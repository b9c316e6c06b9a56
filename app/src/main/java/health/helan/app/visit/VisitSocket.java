package health.helan.app.visit;

import health.helan.app.web.SocketServlet;
import health.helan.care.visit.Talk;
import health.helan.care.visit.Talks;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /visit-socket} with an upgrade to a WebSocket (RFC 6455): one side of a visit on line.
 * Anybody may open it; who has not bound a visit with a token within ten seconds is cut off, and
 * who is not heard of for two minutes too.
 */
final class VisitSocket extends SocketServlet {
  private static final long serialVersionUID = 1L;

  static final String PATH = "/visit-socket";

  private static final int MOST_OPEN = 4_000;

  /** Characters of a word: an offer of WebRTC with all its candidates has some thousands. */
  private static final int LONGEST_WORD = 64 << 10;

  private static final int MOST_UNHEARD = 100;
  private static final Duration SILENCE = Duration.ofMinutes(2);

  private final transient Talks talks;

  VisitSocket(Talks talks) {
    super(PATH, MOST_OPEN);
    this.talks = talks;
  }

  @Override
  protected Line line(HttpServletRequest request) {
    return new Side(request.getRemoteAddr());
  }

  /** One side of a visit. */
  final class Side extends Line implements Talk.Socket {
    /** Empty: there is nothing more to hear. */
    private final BlockingQueue<Optional<String>> heard = new ArrayBlockingQueue<>(MOST_UNHEARD);

    private volatile @Nullable Talk talk;

    Side(String remote) {
      super(remote);
    }

    @Override
    protected void begin(Session opened) {
      opened.setMaxTextMessageBufferSize(LONGEST_WORD);
      opened.setMaxBinaryMessageBufferSize(1_000);
      opened.setMaxIdleTimeout(SILENCE.toMillis());
      Talk begun = talks.open(this);
      talk = begun;
      // Not on the container's thread, which what is heard could keep waiting; in their order,
      // which offers and candidates of a call need.
      Thread.startVirtualThread(() -> hearAll(begun));
      opened.addMessageHandler(
          String.class,
          (MessageHandler.Whole<String>)
              text -> {
                if (!heard.offer(Optional.of(text))) {
                  close("too many words at once");
                }
              });
      cutOffWhile(begun::isIdle);
    }

    private void hearAll(Talk begun) {
      try {
        for (var next = heard.take(); next.isPresent(); next = heard.take()) {
          begun.hear(next.get());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (RuntimeException e) {
        close("the platform failed");
        throw e;
      }
    }

    @Override
    protected void end() {
      // Not by interrupt: it would close the connection that a word under way asks the database by.
      do {
        heard.clear();
      } while (!heard.offer(Optional.empty()));
      Talk ended = talk;
      if (ended != null) {
        ended.end();
      }
    }
  }
}
