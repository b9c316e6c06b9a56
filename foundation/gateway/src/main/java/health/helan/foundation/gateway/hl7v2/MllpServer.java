package health.helan.foundation.gateway.hl7v2;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.Message;
import health.helan.foundation.gateway.Networks;
import health.helan.foundation.store.Refusal;
import io.micrometer.core.instrument.Metrics;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * MLLP listeners, one for each port that an active feed names; opened and closed as feeds change. A
 * connection is served by a virtual thread, one block after the other: reading stops while the
 * platform is busy, and the sender's network buffers do the rest. A block takes its place among
 * those that are worked on when it is whole, or long: who sends slowly keeps nobody waiting.
 */
public final class MllpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MllpServer.class);

  /**
   * How listeners work.
   *
   * @param mostBytes longest block
   * @param idleMillis after which a connection is closed on which no block begins
   * @param blockMillis after which a connection is closed on which a block has begun and not ended
   * @param mostConnections of one listener
   */
  public record Settings(int mostBytes, int idleMillis, int blockMillis, int mostConnections) {
    public static final Settings DEFAULT = new Settings(32 << 20, 3_600_000, 120_000, 512);
  }

  /** How long a connection has for agreeing on TLS. */
  private static final int HANDSHAKE_MILLIS = 10_000;

  private final Gateway gateway;
  private final InetAddress address;
  private final Supplier<@Nullable SSLContext> tls;
  private final Settings settings;
  private final Map<Integer, Listener> listeners = new ConcurrentHashMap<>();

  /** Ports that could not be opened; each is said once. */
  private final Set<Integer> unopened = new HashSet<>();

  private volatile boolean closed;

  /**
   * Opens the listeners of the feeds there are, and follows their changes.
   *
   * @param address to listen on
   * @param tls gives the context for TLS; null when the platform has no certificate
   */
  public MllpServer(
      Gateway gateway, InetAddress address, Supplier<@Nullable SSLContext> tls, Settings settings) {
    this.gateway = gateway;
    this.address = address;
    this.tls = tls;
    this.settings = settings;
    gateway.feeds().follow(this::adapt);
  }

  /** Opens what is missing, closes what no feed names any more. */
  private synchronized void adapt(Collection<Feed> feeds) {
    if (closed) {
      return;
    }
    var byPort = new LinkedHashMap<Integer, List<Feed>>();
    for (Feed feed : feeds) {
      if (feed.active() && feed.port() > 0 && feed.format().equals(Hl7v2.NAME)) {
        byPort.computeIfAbsent(feed.port(), _ -> new ArrayList<>()).add(feed);
      }
    }
    unopened.retainAll(byPort.keySet());
    listeners.forEach(
        (port, listener) -> {
          List<Feed> wanted = byPort.get(port);
          if (wanted == null || wanted.getFirst().tls() != listener.security) {
            listener.close();
            listeners.remove(port);
          }
        });
    byPort.forEach(
        (port, own) -> {
          Listener listener = listeners.get(port);
          if (listener == null) {
            open(port, own);
          } else {
            listener.feeds = List.copyOf(own);
          }
        });
  }

  private void open(int port, List<Feed> feeds) {
    Feed.Tls security = feeds.getFirst().tls();
    ServerSocket socket = null;
    try {
      if (security == Feed.Tls.OFF) {
        socket = new ServerSocket();
      } else {
        SSLContext context = tls.get();
        if (context == null) {
          if (unopened.add(port)) {
            LOG.error(
                "MLLP port {} stays closed: TLS is asked for, and there is no certificate", port);
          }
          return;
        }
        var secured = (SSLServerSocket) context.getServerSocketFactory().createServerSocket();
        socket = secured;
        secured.setNeedClientAuth(security == Feed.Tls.MUTUAL);
        secured.setEnabledProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
      }
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, port), 128);
      var listener = new Listener(socket, security, List.copyOf(feeds));
      listeners.put(port, listener);
      Thread.ofPlatform().daemon().name("mllp-" + port).start(listener::accept);
      unopened.remove(port);
      LOG.info("MLLP listens on port {}", port);
    } catch (IOException e) {
      // Tried again each time the feeds are read; an operator sees it in the log and the metric.
      if (unopened.add(port)) {
        LOG.error("MLLP port {} cannot be opened: {}", port, e.getClass().getName());
        Metrics.counter("helan.gateway.mllp.closed", "port", Integer.toString(port)).increment();
      }
      close(socket);
    }
  }

  private static void close(@Nullable ServerSocket socket) {
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (IOException e) {
      LOG.warn("MLLP: closing failed: {}", e.getClass().getName());
    }
  }

  private final class Listener {
    private final ServerSocket socket;
    private final Feed.Tls security;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private volatile List<Feed> feeds;

    Listener(ServerSocket socket, Feed.Tls security, List<Feed> feeds) {
      this.socket = socket;
      this.security = security;
      this.feeds = feeds;
    }

    void accept() {
      while (!socket.isClosed()) {
        try {
          Socket connection = socket.accept();
          boolean isKnown =
              feeds.stream()
                  .anyMatch(feed -> Networks.hold(feed.networks(), connection.getInetAddress()));
          if (!isKnown || connections.size() >= settings.mostConnections()) {
            count(isKnown ? "too-many" : "unknown-address");
            connection.close();
            continue;
          }
          connections.add(connection);
          Thread.ofVirtual().name("mllp-connection").start(() -> serve(connection));
        } catch (IOException e) {
          if (!socket.isClosed()) {
            LOG.warn("MLLP: a connection failed: {}", e.getClass().getName());
          }
        }
      }
    }

    private void count(String what) {
      Metrics.counter("helan.gateway.mllp.refused", "why", what).increment();
    }

    private void serve(Socket connection) {
      try (connection) {
        connection.setTcpNoDelay(true);
        connection.setKeepAlive(true);
        connection.setSoTimeout(HANDSHAKE_MILLIS);
        if (connection instanceof SSLSocket secured) {
          secured.startHandshake();
        }
        var frames = new Frames(connection, connection.getInputStream(), settings);
        while (!closed) {
          byte[] noise = frames.awaitStart();
          if (noise != null) {
            if (noise.length > 0) {
              keepCut(noise, connection, "gateway.not-framed");
            }
            return;
          }
          try (var place = new Place()) {
            Frames.Frame frame = frames.read(place);
            place.take();
            if (frame.isWhole()) {
              answer(frame.bytes(), connection);
              continue;
            }
            if (frame.bytes().length > 0) {
              keepCut(frame.bytes(), connection, "gateway.cut-off");
            }
            if (!frames.isAhead()) {
              return; // Ended, or too slow: what still comes of it belongs to nothing.
            }
          }
        }
      } catch (SocketTimeoutException e) {
        // Silent for long: the sender connects anew when it has something.
      } catch (Frames.TooLong e) {
        count("too-long");
      } catch (IOException e) {
        // The sender is gone; what it had no answer to, it sends again.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Refusal e) {
        LOG.warn("MLLP: a connection is closed: {}", e.messageKey());
      } catch (RuntimeException e) {
        LOG.error("MLLP: a connection failed: {}", e.getClass().getName());
      } finally {
        connections.remove(connection);
      }
    }

    private void keepCut(byte[] bytes, Socket connection, String why) {
      gateway.refuse(
          feeds.getFirst(),
          bytes,
          connection.getInetAddress().getHostAddress(),
          new Refusal(Refusal.Kind.STRUCTURE, why));
    }

    private void answer(byte[] block, Socket connection) throws IOException {
      String remote = connection.getInetAddress().getHostAddress();
      OutputStream out = connection.getOutputStream();
      Split split = Split.of(block);
      if (!split.isBatch()) {
        for (byte[] message : split.messages()) {
          answerOne(message, connection, remote, bytes -> send(out, bytes));
        }
        return;
      }
      var answers = new Answers();
      for (byte[] message : split.messages()) {
        answerOne(message, connection, remote, answers);
      }
      send(out, answers.asBatch(split.batch()));
    }

    private void answerOne(
        byte[] message, Socket connection, String remote, Acknowledgement.Sink sink)
        throws IOException {
      Feed feed = feed(message, connection.getInetAddress());
      if (feed == null) {
        Feed any = feeds.getFirst();
        sink.send(
            Acknowledgement.to(message, any)
                .refused(new Message.Reason("gateway.unknown-sender", List.of())));
        count("unknown-sender");
        return;
      }
      byte[] answer = Queries.answer(gateway, feed, message, remote);
      if (answer != null) {
        sink.send(answer);
        return;
      }
      Acknowledgement acknowledgement = Acknowledgement.to(message, feed);
      Gateway.Accepted accepted;
      try {
        accepted = gateway.accept(feed, message, remote);
      } catch (Refusal e) {
        var reason =
            new Message.Reason(
                e.messageKey(), e.arguments().stream().map(String::valueOf).toList());
        if (acknowledgement.wantsAccept(false)) {
          sink.send(acknowledgement.notAccepted(reason, true));
        } else if (!acknowledgement.isEnhanced()) {
          sink.send(acknowledgement.refused(reason));
        }
        return;
      }
      acknowledgement.answer(gateway, accepted, sink);
    }

    /** The feed of this port that the message is for; null when it is for none. */
    private @Nullable Feed feed(byte[] message, InetAddress from) {
      List<Feed> own = feeds;
      for (Feed feed : own) {
        if (!Networks.hold(feed.networks(), from)) {
          continue;
        }
        if (feed.senders().isEmpty()) {
          return feed;
        }
        try {
          Er7 read = Er7.parse(Charsets.decode(message, feed.charset(), new ArrayList<>()).text());
          if (feed.isFrom(read.value(read.header(), 3, 1), read.value(read.header(), 4, 1))) {
            return feed;
          }
        } catch (Refusal e) {
          return feed; // Kept there, and refused with the reason.
        }
      }
      return null;
    }

    void close() {
      try {
        socket.close();
        for (Socket connection : connections) {
          connection.close();
        }
      } catch (IOException e) {
        LOG.warn("MLLP: closing failed: {}", e.getClass().getName());
      }
    }
  }

  /** A block's place among those that are worked on. */
  private final class Place implements Frames.Room, AutoCloseable {
    private boolean isTaken;

    @Override
    public void take() throws InterruptedException {
      if (!isTaken) {
        gateway.enter();
        isTaken = true;
      }
    }

    @Override
    public void close() {
      if (isTaken) {
        gateway.leave();
      }
    }
  }

  private static void send(OutputStream out, byte[] answer) throws IOException {
    byte[] block = new byte[answer.length + 3];
    block[0] = Frames.START;
    System.arraycopy(answer, 0, block, 1, answer.length);
    block[answer.length + 1] = Frames.END;
    block[answer.length + 2] = '\r';
    out.write(block);
    out.flush();
  }

  @Override
  public synchronized void close() {
    closed = true;
    listeners.values().forEach(Listener::close);
    listeners.clear();
  }
}
