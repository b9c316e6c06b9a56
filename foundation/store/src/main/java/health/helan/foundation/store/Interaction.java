package health.helan.foundation.store;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** One write that is asked for, alone or as an entry of a transaction bundle. */
public sealed interface Interaction {
  /** Resource type it acts on. */
  String type();

  /**
   * FHIR create.
   *
   * @param resource read when the interaction is carried out, so that large bundles are never a
   *     tree as a whole; the tree becomes the store's
   * @param ifNoneExist search criteria without {@code ?}; null for an unconditional create
   * @param fullUrl {@code urn:uuid:…} or absolute URL others in the bundle refer to it by
   * @param hint reference of the patient it belongs to ({@code Patient/1} or a fullUrl), if known
   *     before it is read: decides the home, nothing else
   * @param onlyNew what meets {@code ifNoneExist} already is no answer but a reason to refuse the
   *     whole transaction (DUPLICATE)
   */
  record Create(
      String type,
      Body resource,
      @Nullable String ifNoneExist,
      @Nullable String fullUrl,
      @Nullable String hint,
      boolean onlyNew)
      implements Interaction {

    /** A create as FHIR knows it. */
    public Create(
        String type,
        Body resource,
        @Nullable String ifNoneExist,
        @Nullable String fullUrl,
        @Nullable String hint) {
      this(type, resource, ifNoneExist, fullUrl, hint, false);
    }
  }

  /**
   * FHIR update, also as create.
   *
   * @param id null for a conditional update
   * @param criteria search criteria of a conditional update; null for none
   * @param ifMatch version that must be the current one; null for any
   * @param ifNoneMatch true for {@code If-None-Match: *}: only as create
   */
  record Update(
      String type,
      @Nullable String id,
      @Nullable String criteria,
      Body resource,
      @Nullable Integer ifMatch,
      boolean ifNoneMatch,
      @Nullable String fullUrl,
      @Nullable String hint)
      implements Interaction {}

  /** FHIR patch; {@code patch} gets a tree of its own and gives the new one. */
  record Patch(
      String type,
      @Nullable String id,
      @Nullable String criteria,
      UnaryOperator<ObjectNode> patch,
      @Nullable Integer ifMatch)
      implements Interaction {}

  /** FHIR delete; a conditional one may delete several only when {@code multiple}. */
  record Delete(
      String type,
      @Nullable String id,
      @Nullable String criteria,
      @Nullable Integer ifMatch,
      boolean multiple)
      implements Interaction {}

  /** The resource of a write; read at most twice. */
  interface Body {
    /**
     * @throws Refusal when it is not JSON or not an object
     */
    ObjectNode read();

    /** A tree that is there already; the store changes it. */
    static Body of(ObjectNode tree) {
      return tree::deepCopy;
    }

    /**
     * The same, made by the platform's own code and holding what only that may write ({@link
     * AccessPolicy#guard}). Never for what a caller sent.
     */
    static Body ours(ObjectNode tree) {
      return new Ours(tree);
    }
  }

  /** See {@link Body#ours}. */
  record Ours(ObjectNode tree) implements Body {
    @Override
    public ObjectNode read() {
      return tree.deepCopy();
    }
  }
}
