package health.helan.foundation.store;

import health.helan.foundation.store.index.ParameterRegistry;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.sql.SqlText;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a caller may see and do. Compiled into the SQL of every search step and asked at every read
 * and write. Implemented by trust ({@code docs/guide/access.md}).
 *
 * <p>Three answers to "may this caller see this row": not at all ({@link #restrict} leaves it out,
 * and nothing in an answer depends on it), masked ({@link #inFull} is false: names, numbers and
 * addresses are blotted out, and no search finds the row by them), or in full.
 */
public interface AccessPolicy {

  /** What may be done with a type; the letters of SMART App Launch 2.x scopes. */
  enum Action {
    /** Read, vread, history of an instance, being included. */
    READ,
    /** Search, chain, {@code _has}, history of a type or of everything. */
    SEARCH,
    CREATE,
    /** Update and patch. */
    UPDATE,
    DELETE
  }

  /**
   * A write about to be carried out, for {@link #check}.
   *
   * @param before the current version; null when there is none
   * @param owner institution that owns the current version; null when there is none
   * @param after what is to be written; null for a deletion
   */
  record Write(
      String type,
      String id,
      @Nullable ObjectNode before,
      @Nullable String owner,
      @Nullable ObjectNode after) {}

  /** Called once, when the store opens, before anything else. */
  default void bind(ParameterRegistry registry) {}

  /** True for the caller to whom nothing is closed: the policy then adds nothing to any SQL. */
  default boolean isUnlimited(Caller caller) {
    return false;
  }

  /** May the caller take part at all in such interactions with this type? */
  boolean may(Caller caller, Action action, String type);

  /**
   * May the caller choose the ids of what it creates? Who may learns whether an id is taken; the
   * others are told that there is nothing, whether there is or not.
   */
  default boolean mayChooseIds(Caller caller) {
    return isUnlimited(caller);
  }

  /**
   * May the caller call an operation that is about the store as a whole ({@code statistics,
   * reindex, reindex-progress, loads})?
   */
  default boolean mayOperate(Caller caller, String operation) {
    return isUnlimited(caller);
  }

  /** May the caller sign resources of this type, those that {@link #checkSigning} lets it? */
  default boolean maySign(Caller caller, String type) {
    return isUnlimited(caller);
  }

  /**
   * Last check before a caller signs a resource that it sees in full.
   *
   * @param owner institution that owns it; empty for none
   * @param patient digest of the resident it belongs to; null for none
   * @throws Refusal FORBIDDEN
   */
  default void checkSigning(Caller caller, String type, String owner, @Nullable Long patient) {}

  /**
   * Asked before every write, whoever writes: what only the platform's own code may write, such as
   * a signature that it has made or checked.
   *
   * @param ours true when that code writes ({@link Interaction.Body#ours})
   * @throws Refusal FORBIDDEN
   */
  default void guard(Write write, boolean ours) {}

  /**
   * Appends {@code " and <condition>"} on the rows of {@code alias} (columns {@code patient, owner,
   * level, home, id, tokens}) that the caller may see; nothing for no restriction. Called for each
   * table that a search touches: the type itself, every step of chains and {@code _has}, includes.
   *
   * @param type empty where rows of several types are read at once; the alias then has a column
   *     {@code type}
   */
  void restrict(SqlText sql, Caller caller, String type, String alias);

  /** The same for rows of {@code history}: superseded versions and deletions. No tokens there. */
  void restrictHistory(SqlText sql, Caller caller, String type, String alias);

  /**
   * The policy for statements nearly all of whose rows have this patient in the column of that
   * name, or one of several that are one person: what depends on the patient alone is asked once in
   * each statement, not for each row; of another patient's row, such as an observation that this
   * one has made, it is asked for the row. Such a statement starts with {@link #begin}, and its
   * plan should be kept, since planning takes longer than with {@link #restrict} of this policy.
   *
   * @param patients digests of {@code Patient/id}
   */
  default AccessPolicy within(long... patients) {
    return this;
  }

  /** Appends what the conditions refer to, in front of {@code select}; ends with a space. */
  default void begin(SqlText sql, Caller caller) {}

  /** Could rows of this type be masked for the caller? False spares the rest. */
  default boolean masks(Caller caller, String type) {
    return false;
  }

  /**
   * Appends an expression: does the caller see the row in full? Asked only where {@link #masks}.
   *
   * @param type as in {@link #restrict}
   * @param history true for rows of {@code history}, which have no tokens
   */
  default void inFull(SqlText sql, Caller caller, String type, String alias, boolean history) {
    sql.add("true");
  }

  /**
   * May a search by this parameter find rows that the caller sees only masked? False for whatever
   * looks at what is masked.
   *
   * @param value null for a sort key
   */
  default boolean findsMasked(
      Caller caller,
      String type,
      String parameter,
      @Nullable String modifier,
      @Nullable String value) {
    return true;
  }

  /**
   * May the caller ask this at all? Asked once, before anything of it is looked for.
   *
   * @throws Refusal FORBIDDEN
   */
  default void checkSearch(Caller caller, SearchRequest request) {}

  /**
   * The same of the history of a type.
   *
   * @param type null for all
   * @throws Refusal FORBIDDEN
   */
  default void checkHistory(Caller caller, @Nullable String type) {}

  /** The content as a caller sees it who does not see it in full; tagged SUBSETTED. */
  default byte[] mask(String type, byte[] content) {
    return content;
  }

  /**
   * Last check of a write, on what is really there and what it really becomes. Only for writes that
   * {@link #may} allows, on rows that the caller sees in full.
   *
   * @throws Refusal with the reason
   */
  default void check(Caller caller, Write write) {}

  /** False for a store of which only what is current is shown: no history, no vread. */
  default boolean showsVersions() {
    return true;
  }

  /** What follows from a write in the same transaction. */
  default GrantRules grants() {
    return GrantRules.NONE;
  }

  /** No restriction. For tests and benchmarks. */
  AccessPolicy EVERYTHING =
      new AccessPolicy() {
        @Override
        public boolean isUnlimited(Caller caller) {
          return true;
        }

        @Override
        public boolean may(Caller caller, Action action, String type) {
          return true;
        }

        @Override
        public void restrict(SqlText sql, Caller caller, String type, String alias) {}

        @Override
        public void restrictHistory(SqlText sql, Caller caller, String type, String alias) {}
      };
}
