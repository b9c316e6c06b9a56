package health.helan;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A line between two processes: it counts what goes over it, and can be cut and mended. */
final class Relay implements AutoCloseable {
  final AtomicLong there = new AtomicLong();
  final AtomicLong back = new AtomicLong();
  private final ServerSocket door = new ServerSocket();
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean isCut;

  Relay(int target) throws IOException {
    this.target = target;
    door.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128);
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return door.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket from = door.accept();
        if (isCut) {
          from.close();
        } else {
          Thread.ofVirtual().start(() -> join(from));
        }
      }
    } catch (IOException closed) {
      // The end of the relay.
    }
  }

  private void join(Socket from) {
    try (from;
        Socket to = new Socket(InetAddress.getLoopbackAddress(), target)) {
      open.add(from);
      open.add(to);
      Thread answers = Thread.ofVirtual().start(() -> pump(to, from, back));
      pump(from, to, there);
      answers.join();
    } catch (IOException e) {
      // Nobody there: whoever called is told by the closed connection.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pump(Socket from, Socket to, AtomicLong counter) {
    byte[] buffer = new byte[1 << 16];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int n = in.read(buffer);
      while (n >= 0) {
        counter.addAndGet(n);
        out.write(buffer, 0, n);
        n = in.read(buffer);
      }
    } catch (IOException e) {
      // One of the two is gone.
    }
    close(from);
    close(to);
  }

  private void close(Socket socket) {
    open.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      // It was closed already.
    }
  }

  /** In the middle of whatever goes over it. */
  void cut() {
    isCut = true;
    open.forEach(this::close);
  }

  void mend() {
    isCut = false;
  }

  @Override
  public void close() throws IOException {
    cut();
    door.close();
  }
}
