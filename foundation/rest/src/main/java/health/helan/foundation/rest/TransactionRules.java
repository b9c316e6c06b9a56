package health.helan.foundation.rest;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.RecordStore;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a transaction takes upon itself by naming a profile in {@code Bundle.meta.profile}. Judged
 * before anything is written; what it asks for beside is written in the same transaction.
 */
public interface TransactionRules {

  /**
   * Writes what a store must have to serve them, such as search parameters; again without effect.
   */
  default void install(RecordStore store) {}

  /** Canonical URLs of the profiles, without versions. */
  Set<String> profiles();

  /** Canonical URLs of the CapabilityStatements that a platform with these rules fulfils. */
  List<String> instantiates();

  /** Profiles for {@code CapabilityStatement.rest.resource.supportedProfile}, by type. */
  Map<String, List<String>> supportedProfiles();

  /**
   * Looks at a transaction that claims one of the profiles.
   *
   * @throws health.helan.foundation.store.Refusal with the reason
   */
  void judge(Draft draft);

  /** A transaction before it is carried out. */
  interface Draft {
    Caller caller();

    RecordStore store();

    /** Of the API, without a slash at the end. */
    String base();

    /** What {@code Bundle.meta.profile} says, without versions. */
    Set<String> profiles();

    List<? extends Entry> entries();

    /** One more write, which the answer does not show. */
    void also(Interaction write);
  }

  /** An entry as it was sent. */
  interface Entry {
    /** Its place, from 0. */
    int number();

    /** {@code GET}, {@code POST} … */
    String method();

    /** Resource type that its URL names. */
    String type();

    /** Id that its URL names; null for none. */
    @Nullable String id();

    @Nullable String fullUrl();

    /** True when it carries a resource. */
    boolean hasResource();

    /** The resource, read anew at each call. */
    ObjectNode resource();

    /** Changes what is stored of it. */
    void amend(UnaryOperator<ObjectNode> change);

    /**
     * For a create: whose it is, which decides the home and nothing else.
     *
     * @param reference {@code Patient/1} or the fullUrl of an entry
     */
    void belongsTo(String reference);

    /** For a create: refuses the transaction if something meets the criteria. */
    void onlyNew(String criteria);

    /** Is carried out in the entry's place. */
    void instead(Interaction interaction);
  }
}
