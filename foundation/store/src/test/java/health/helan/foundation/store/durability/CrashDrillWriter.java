package health.helan.foundation.store.durability;

import static health.helan.foundation.store.testing.StoreForTests.CALLER;
import static health.helan.foundation.store.testing.StoreForTests.create;
import static health.helan.foundation.store.testing.StoreForTests.delete;
import static health.helan.foundation.store.testing.StoreForTests.patient;
import static health.helan.foundation.store.testing.StoreForTests.resource;
import static health.helan.foundation.store.testing.StoreForTests.update;

import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.changes.Change;
import health.helan.foundation.store.changes.ChangeConsumer;
import health.helan.foundation.store.testing.StoreForTests;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.postgresql.ds.PGSimpleDataSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * The process that is killed: writes from several threads and says each acknowledgement on standard
 * output, {@code ack Type id version deleted tag ...} per transaction, closed by {@code .}.
 */
final class CrashDrillWriter {
  private static final int THREADS = 8;
  private static final List<String> TYPES = List.of("Device", "Observation", "Task", "Location");

  private CrashDrillWriter() {}

  /** Notes each change once; a second time would break the table's key. */
  static final class Noting implements ChangeConsumer {
    @Override
    public String name() {
      return "drill";
    }

    @Override
    public void take(Connection transaction, List<Change> changes) throws SQLException {
      try (var statement = transaction.prepareStatement("insert into drilled values (?, ?)")) {
        for (Change change : changes) {
          statement.setInt(1, change.home());
          statement.setLong(2, change.seq());
          statement.addBatch();
        }
        statement.executeBatch();
      }
    }
  }

  /** A resource with a tag that names its transaction and the number of versions it makes. */
  static ObjectNode tagged(ObjectNode resource, String tag) {
    return resource.put("implicitRules", "urn:drill:" + tag);
  }

  private record Mine(String type, String id, int version) {}

  /**
   * @param args JDBC URL, and a name that no other run has
   */
  public static void main(String[] args) throws Exception {
    var database = new PGSimpleDataSource();
    database.setUrl(args[0]);
    String run = args[1];
    var store = StoreForTests.open(database, "drill");
    store.store.changes().register(new Noting());
    for (int i = 0; i < THREADS; i++) {
      String name = run + "-" + i;
      Thread.ofPlatform().daemon().start(() -> write(store, name, System.out));
    }
    // The parent holds the other end: without it this process has no purpose.
    try {
      while (System.in.read() >= 0) {
        // Nothing is ever said.
      }
    } catch (IOException e) {
      // The same as the end.
    }
    Runtime.getRuntime().halt(0);
  }

  private static void write(StoreForTests store, String name, PrintStream out) {
    var random = new Random(name.hashCode());
    var mine = new ArrayList<Mine>();
    for (int n = 0; ; n++) {
      try {
        step(store, name + "-" + n, random, mine, out);
      } catch (Refusal e) {
        // Unknown whether it was carried out: leave those resources alone from now on.
        mine.clear();
        pause();
      } catch (RuntimeException e) {
        if (!String.valueOf(e.getMessage()).startsWith("database error")) {
          e.printStackTrace();
          Runtime.getRuntime().halt(3);
        }
        mine.clear();
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void step(
      StoreForTests store, String tag, Random random, List<Mine> mine, PrintStream out) {
    int choice = random.nextInt(10);
    String type = TYPES.get(random.nextInt(TYPES.size()));
    if (choice < 3 || mine.size() < 3) {
      String one = tag + "/1";
      Outcome made = store.write(create(tagged(resource(type, "x"), one)));
      mine.add(new Mine(type, made.id(), made.version()));
      say(out, one, List.of(made));
    } else if (choice < 5) {
      Mine old = mine.remove(random.nextInt(mine.size()));
      String one = tag + "/1";
      Outcome made = store.write(update(old.id, tagged(resource(old.type, "y"), one), old.version));
      mine.add(new Mine(old.type, made.id(), made.version()));
      say(out, one, List.of(made));
    } else if (choice < 6) {
      Mine old = mine.remove(random.nextInt(mine.size()));
      say(out, "", List.of(store.write(delete(old.type, old.id))));
    } else {
      Mine old = mine.remove(random.nextInt(mine.size()));
      String five = tag + "/5";
      var bundle = new ArrayList<Interaction>();
      bundle.add(create(tagged(patient("urn:drill", tag), five), "identifier=urn:drill|" + tag));
      bundle.add(update(old.id, tagged(resource(old.type, "z"), five), old.version));
      bundle.add(update("own-" + tag, tagged(resource(type, "w"), five), null));
      bundle.add(create(tagged(resource("Encounter", "x"), five)));
      bundle.add(create(tagged(resource("Observation", "x"), five)));
      List<Outcome> made = store.store.transact(CALLER, bundle, Set.of(), null);
      mine.add(new Mine(old.type, old.id, made.get(1).version()));
      say(out, five, made);
    }
  }

  private static void say(PrintStream out, String tag, List<Outcome> outcomes) {
    var line = new StringBuilder("ack");
    for (Outcome outcome : outcomes) {
      line.append(' ')
          .append(outcome.type())
          .append(' ')
          .append(outcome.id())
          .append(' ')
          .append(outcome.version())
          .append(' ')
          .append(outcome.status() == 204 ? "deleted" : tag);
    }
    line.append(" .\n");
    synchronized (out) {
      out.print(line);
      out.flush();
    }
  }
}
