package health.helan.foundation.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is derived from resources of a few types in the transaction that writes them, so that who
 * wrote one finds it at work. Implemented by terminology and by the provider registry; for all else
 * there is the change log.
 */
public interface WriteFollower {

  /**
   * A version that the transaction has written.
   *
   * @param before the version it follows; null for a create
   * @param after null for a deletion
   */
  record Followed(
      String type,
      String id,
      int home,
      int version,
      @Nullable ObjectNode before,
      @Nullable ObjectNode after) {}

  /**
   * What one request writes in a transaction that several share.
   *
   * @param act what {@link Share#act} says of it
   * @param written those that this follower is concerned with
   */
  record Written(Caller caller, @Nullable Object act, List<Followed> written) {}

  /** Says of a share that it is not refused, but cannot be written together with the others. */
  final class GoAlone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public GoAlone() {
      super(null, null, false, false);
    }
  }

  /** Asked for every write: by type only. */
  boolean concerns(String type);

  /**
   * Looks at a version about to be written.
   *
   * @throws Refusal with the reason
   */
  default void check(Caller caller, Followed written) {}

  /** Writes what follows. Runs before the change log's numbers are taken. */
  void follow(Connection transaction, List<Followed> written, Instant at) throws SQLException;

  /**
   * The same, for what depends on who writes.
   *
   * @throws Refusal then nothing is written
   */
  default void follow(Connection transaction, Caller caller, List<Followed> written, Instant at)
      throws SQLException {
    follow(transaction, written, at);
  }

  /**
   * Looks at what several requests are about to write in one transaction, before any row of theirs:
   * who is refused here is left out, and the others go on. What it writes for one that it refuses,
   * it takes back.
   *
   * @return for each, null or why it is refused; {@link GoAlone} for one that is asked again
   * @throws RuntimeException then nothing is written, and each goes alone
   */
  default List<@Nullable RuntimeException> admit(
      Connection transaction, List<Written> shares, Instant at) throws SQLException {
    return Collections.nCopies(shares.size(), null);
  }

  /** Writes what follows for those that were admitted. */
  default void followTogether(Connection transaction, List<Written> shares, Instant at)
      throws SQLException {
    for (Written share : shares) {
      follow(transaction, share.caller(), share.written(), at);
    }
  }

  /** One after the other, each told of what concerns it. */
  static WriteFollower all(WriteFollower... followers) {
    return new WriteFollower() {
      @Override
      public boolean concerns(String type) {
        return Arrays.stream(followers).anyMatch(one -> one.concerns(type));
      }

      @Override
      public void check(Caller caller, Followed written) {
        for (WriteFollower one : followers) {
          if (one.concerns(written.type())) {
            one.check(caller, written);
          }
        }
      }

      @Override
      public void follow(Connection transaction, List<Followed> written, Instant at) {
        throw new IllegalStateException("who writes is known");
      }

      @Override
      public void follow(Connection transaction, Caller caller, List<Followed> written, Instant at)
          throws SQLException {
        for (WriteFollower one : followers) {
          List<Followed> its = written.stream().filter(w -> one.concerns(w.type())).toList();
          if (!its.isEmpty()) {
            one.follow(transaction, caller, its, at);
          }
        }
      }

      @Override
      public List<@Nullable RuntimeException> admit(
          Connection transaction, List<Written> shares, Instant at) throws SQLException {
        var refused =
            new ArrayList<@Nullable RuntimeException>(Collections.nCopies(shares.size(), null));
        for (WriteFollower one : followers) {
          var its = new ArrayList<Written>();
          var numbers = new ArrayList<Integer>();
          for (int i = 0; i < shares.size(); i++) {
            Written mine = of(one, shares.get(i));
            if (refused.get(i) == null && !mine.written().isEmpty()) {
              its.add(mine);
              numbers.add(i);
            }
          }
          if (its.isEmpty()) {
            continue;
          }
          List<@Nullable RuntimeException> answers = one.admit(transaction, its, at);
          for (int i = 0; i < answers.size(); i++) {
            refused.set(numbers.get(i), answers.get(i));
          }
        }
        return refused;
      }

      @Override
      public void followTogether(Connection transaction, List<Written> shares, Instant at)
          throws SQLException {
        for (WriteFollower one : followers) {
          List<Written> its =
              shares.stream().map(s -> of(one, s)).filter(s -> !s.written().isEmpty()).toList();
          if (!its.isEmpty()) {
            one.followTogether(transaction, its, at);
          }
        }
      }

      private Written of(WriteFollower one, Written share) {
        List<Followed> its = share.written().stream().filter(w -> one.concerns(w.type())).toList();
        return its.size() == share.written().size()
            ? share
            : new Written(share.caller(), share.act(), its);
      }
    };
  }

  /** Nothing follows. */
  WriteFollower NONE =
      new WriteFollower() {
        @Override
        public boolean concerns(String type) {
          return false;
        }

        @Override
        public void follow(Connection transaction, List<Followed> written, Instant at) {}
      };
}
