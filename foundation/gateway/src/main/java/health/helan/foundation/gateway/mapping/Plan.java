package health.helan.foundation.gateway.mapping;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A resource that a message becomes, before it is known whether it is there already. */
public final class Plan {
  /** What is done when a resource with the same identifier is there. */
  public enum Write {
    /** It is brought up to the message: what the message says replaces, the rest stays. */
    UPDATE,
    /** It stays as it is. */
    ENSURE,
    /** There is none: it is always a new one. */
    CREATE,
    /** As UPDATE; where there is none, nothing is written, and references to it are logical. */
    EXISTING
  }

  /**
   * Versions of one document that follow each other.
   *
   * @param key of the series, among the identifiers of each version
   * @param number higher than that of the versions before
   */
  public record Series(Key key, int number) {}

  /** An identifier; {@code system} may be empty. */
  public record Key(String system, String value) {
    /** True when other institutions use the same system: a citizen's number, a health card's. */
    public boolean isShared() {
      return Identifiers.SHARED.contains(system);
    }
  }

  final String type;
  final String name;
  final Node node;
  final Write write;
  final @Nullable Key key;
  final boolean guarded;
  final List<String> added;
  List<String> taken = List.of();
  @Nullable Series series;
  boolean history;
  final String fullUrl = "urn:uuid:" + UUID.randomUUID();
  final List<ObjectNode> references = new ArrayList<>();
  @Nullable ObjectNode body;

  Plan(
      String type,
      String name,
      Node node,
      Write write,
      @Nullable Key key,
      boolean guarded,
      List<String> added) {
    this.type = type;
    this.name = name;
    this.node = node;
    this.write = write;
    this.key = key;
    this.guarded = guarded;
    this.added = added;
  }

  /**
   * One that needs no mapping.
   *
   * @param body the resource; its identifiers get the key
   * @param added elements whose items are added to those that are there
   */
  public static Plan of(
      String type, ObjectNode body, @Nullable Key key, Write write, List<String> added) {
    var plan = new Plan(type, type, Nowhere.NODE, write, key, true, added);
    if (key != null) {
      Mapping.identify(body, key);
    }
    plan.body = body;
    return plan;
  }

  /** Puts a key among a resource's identifiers. */
  public static void identify(ObjectNode body, Key key) {
    Mapping.identify(body, key);
  }

  /** A resource of which nothing but its type is known. */
  public static ObjectNode bare(String type) {
    return Run.object().put("resourceType", type);
  }

  /** Where resources come from that no part of a message was mapped to. */
  private enum Nowhere implements Node {
    NODE;

    @Override
    public List<? extends Node> select(String path) {
      return List.of();
    }

    @Override
    public String text() {
      return "";
    }

    @Override
    public Node part(int number) {
      return this;
    }

    @Override
    public @Nullable Node parent() {
      return null;
    }

    @Override
    public String place() {
      return "";
    }
  }

  public String type() {
    return type;
  }

  public Write write() {
    return write;
  }

  /** Null for a resource without an identity of its own. */
  public @Nullable Key key() {
    return key;
  }

  /** True when a create is to be guarded against another feed that creates the same. */
  public boolean isGuarded() {
    return guarded;
  }

  /** Which version of what it is; null for what has no versions of its own. */
  public @Nullable Series series() {
    return series;
  }

  /** True for what is written although a newer version of the document is there already. */
  public boolean isHistory() {
    return history;
  }

  /** Elements whose items are added to those that are there. */
  public List<String> added() {
    return added;
  }

  public String fullUrl() {
    return fullUrl;
  }

  /** References to it within the message's resources, still to be filled in. */
  public List<ObjectNode> references() {
    return references;
  }

  public ObjectNode body() {
    return java.util.Objects.requireNonNull(body);
  }
}
