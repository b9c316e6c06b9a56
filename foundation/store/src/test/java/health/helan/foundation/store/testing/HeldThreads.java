package health.helan.foundation.store.testing;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.HashSet;
import java.util.Set;
import javax.sql.DataSource;

/** Lets some threads wait for a connection, as if they were stalled there. */
public final class HeldThreads {
  private final Set<String> waiting = new HashSet<>();
  private final Set<String> let = new HashSet<>();
  private boolean holds;

  /** Until closed, the heartbeat and threads named {@code held-…} get no connection. */
  public interface Held extends AutoCloseable {
    void let(String thread);

    @Override
    void close();
  }

  DataSource over(DataSource pool) {
    return (DataSource)
        Proxy.newProxyInstance(
            DataSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (_, method, arguments) -> {
              if (method.getName().equals("getConnection")) {
                pass(Thread.currentThread().getName());
              }
              try {
                return method.invoke(pool, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private synchronized void pass(String thread) throws InterruptedException {
    if (!thread.equals("helan-instance") && !thread.startsWith("held-")) {
      return;
    }
    waiting.add(thread);
    while (holds && !let.contains(thread)) {
      wait();
    }
    waiting.remove(thread);
  }

  public synchronized boolean isWaiting(String thread) {
    return waiting.contains(thread);
  }

  public Held hold() {
    set(true);
    return new Held() {
      @Override
      public void let(String thread) {
        HeldThreads.this.let(thread);
      }

      @Override
      public void close() {
        set(false);
      }
    };
  }

  private synchronized void let(String thread) {
    let.add(thread);
    notifyAll();
  }

  private synchronized void set(boolean hold) {
    holds = hold;
    let.clear();
    notifyAll();
  }
}
