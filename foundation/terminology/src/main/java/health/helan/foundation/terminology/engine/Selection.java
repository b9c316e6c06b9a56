package health.helan.foundation.terminology.engine;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What a value set selects, by code system in the order of its includes. Not changed once made. */
public final class Selection {

  /** What it selects of one code system. */
  public static final class Part {
    final String system;

    /** Null for a system whose concepts are not known here. */
    final @Nullable Concepts concepts;

    /** Numbers of the concepts selected. */
    BitSet bits;

    /** Codes listed one by one that are not known here, with what the value set says of them. */
    final Map<String, JsonNode> listed = new LinkedHashMap<>();

    /** What the value set itself says of concepts: displays and designations. */
    final Map<Integer, JsonNode> said = new HashMap<>();

    /** All of a system whose codes are made by a grammar: they can be checked, not listed. */
    boolean isOpen;

    /** The order in which they were listed; null when not all were listed. */
    @Nullable List<Integer> order;

    Part(String system, @Nullable Concepts concepts) {
      this.system = system;
      this.concepts = concepts;
      bits = new BitSet();
    }

    Part(Part other) {
      this(other.system, other.concepts);
      bits = (BitSet) other.bits.clone();
      listed.putAll(other.listed);
      said.putAll(other.said);
      order = other.order;
      isOpen = other.isOpen;
    }

    public boolean isOpen() {
      return isOpen;
    }

    public String system() {
      return system;
    }

    public @Nullable Concepts concepts() {
      return concepts;
    }

    public boolean has(Concept concept) {
      return bits.get(concept.nr());
    }

    public Map<String, JsonNode> listed() {
      return listed;
    }

    /** All its codes, in the order of the system. */
    public List<String> codes() {
      List<String> codes = new ArrayList<>();
      if (concepts != null && !bits.isEmpty()) {
        codes.addAll(concepts.codes(bits, Integer.MAX_VALUE));
      }
      codes.addAll(listed.keySet());
      return codes;
    }

    int size() {
      return bits.cardinality() + listed.size();
    }

    void unite(Part other) {
      boolean onlyListed = (order != null || bits.isEmpty()) && other.order != null;
      if (onlyListed) {
        List<Integer> both = new ArrayList<>(order == null ? List.of() : order);
        for (Integer nr : Objects.requireNonNull(other.order)) {
          if (!bits.get(nr)) {
            both.add(nr);
          }
        }
        order = both;
      } else if (!other.bits.isEmpty()) {
        order = null;
      }
      isOpen |= other.isOpen;
      bits.or(other.bits);
      other.listed.forEach(listed::putIfAbsent);
      other.said.forEach(said::putIfAbsent);
    }

    void intersect(@Nullable Part other) {
      if (other == null) {
        bits.clear();
        listed.clear();
        isOpen = false;
        return;
      }
      if (isOpen) {
        isOpen = other.isOpen;
        bits = (BitSet) other.bits.clone();
        listed.putAll(other.listed);
        return;
      }
      if (other.isOpen) {
        return;
      }
      bits.and(other.bits);
      listed.keySet().retainAll(other.listed.keySet());
      other.said.forEach(said::putIfAbsent);
    }

    void remove(Part other) {
      if (other.isOpen) {
        isOpen = false;
        bits.clear();
        listed.clear();
        return;
      }
      bits.andNot(other.bits);
      listed.keySet().removeAll(other.listed.keySet());
    }
  }

  final Map<String, Part> parts = new LinkedHashMap<>();

  /** Canonical URLs with versions of what it was made from. */
  final List<String> used = new ArrayList<>();

  Selection() {}

  public Collection<Part> parts() {
    return parts.values();
  }

  public List<String> used() {
    return used;
  }

  /** The part of a system, in whatever version; null for none. */
  public List<Part> of(String system) {
    return parts.values().stream().filter(part -> part.system.equals(system)).toList();
  }

  /** Whether it holds codes that cannot be listed. */
  public boolean isOpen() {
    return parts.values().stream().anyMatch(Part::isOpen);
  }

  public int size() {
    return parts.values().stream().mapToInt(Part::size).sum();
  }

  static String key(String system, @Nullable Concepts concepts) {
    return concepts == null ? system : system + " " + concepts.header().key();
  }

  void unite(Part part) {
    Part known = parts.get(key(part.system, part.concepts));
    if (known == null) {
      parts.put(key(part.system, part.concepts), new Part(part));
    } else {
      known.unite(part);
    }
  }

  void unite(Selection other) {
    other.parts.values().forEach(this::unite);
    use(other);
  }

  void use(Selection other) {
    for (String one : other.used) {
      if (!used.contains(one)) {
        used.add(one);
      }
    }
  }

  void intersect(Selection other) {
    parts.forEach((key, part) -> part.intersect(other.parts.get(key)));
    use(other);
  }

  void remove(Selection other) {
    parts.forEach(
        (key, part) -> {
          Part gone = other.parts.get(key);
          if (gone != null) {
            part.remove(gone);
          }
        });
    use(other);
  }
}
