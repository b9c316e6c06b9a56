package health.helan.foundation.residents.card;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cards of one person, at whichever of the linked records they lie. A pure function of the rows
 * and of the links as they are now: what a step with the card of one record means for those of the
 * others stands beside them as a {@link Shadow} and counts while the records are linked. So nothing
 * has to be put back when a link goes (docs/adr/0096).
 *
 * @param holders the Patient that was asked for first
 * @param cards as they count, the one that counts for the person first, then the newest first
 * @param own the same cards as their own rows have them, by id
 */
record Wallet(List<Holder> holders, List<Card> cards, Map<String, Card> own) {

  /**
   * A Patient whose card it is.
   *
   * @param id of the Patient
   * @param digest keyed digest of {@code Patient/id}
   */
  record Holder(String id, int home, long digest) {}

  /**
   * What a step with another card of the person means for this one.
   *
   * @param card id of this one
   * @param through digest of the Patient whose card the step was taken with
   * @param state suspended, cancelled or replaced
   */
  record Shadow(String card, long through, State state, Card.Held held, Instant since) {}

  /** What counts first: issued before applied for, the oldest of several. */
  private static final Comparator<Card> ORDER =
      Comparator.comparing(Card::issued, Comparator.nullsLast(Comparator.naturalOrder()))
          .thenComparing(Card::applied)
          .thenComparing(Card::id);

  static Wallet of(List<Holder> holders, List<Card> own, List<Shadow> shadows) {
    List<Card> cards = new ArrayList<>();
    Map<String, Card> byId = new HashMap<>();
    for (Card card : own) {
      byId.put(card.id(), card);
      cards.add(counted(card, holders, shadows));
    }
    Card live = cards.stream().filter(card -> card.state().isLive()).min(ORDER).orElse(null);
    cards.sort(
        Comparator.comparing((Card card) -> card != live)
            .thenComparing(Card::applied, Comparator.reverseOrder())
            .thenComparing(Card::id, Comparator.reverseOrder()));
    return new Wallet(holders, cards, byId);
  }

  /** A card as it counts while these Patients are one person. */
  static Card counted(Card own, List<Holder> holders, List<Shadow> shadows) {
    if (!own.state().isLive()) {
      return own;
    }
    State state = own.state();
    Card.Held held = own.held();
    Instant changed = own.changed();
    for (Shadow shadow : shadows) {
      if (shadow.card().equals(own.id())
          && shadow.through() != own.patient()
          && holders.stream().anyMatch(holder -> holder.digest() == shadow.through())) {
        // The last of the states is the strongest: who was suspended may be ended, not the reverse.
        if (shadow.state().compareTo(state) > 0) {
          state = shadow.state();
          changed = shadow.since();
        }
        held = shadow.held().compareTo(held) > 0 ? shadow.held() : held;
      }
    }
    return state == own.state() && held == own.held()
        ? own
        : own.counting(state, state == State.SUSPENDED ? held : Card.Held.NOT, changed);
  }

  /** The card that counts; null for none. */
  @Nullable Card live() {
    return cards.isEmpty() || !cards.getFirst().state().isLive() ? null : cards.getFirst();
  }

  /** The others whose codes are taken, or would be. */
  List<Card> besides(Card card) {
    return cards.stream()
        .filter(other -> other.state().isLive() && !other.id().equals(card.id()))
        .toList();
  }

  /**
   * The record at which a new card is made: the one that was asked for, unless it has one of its
   * own that counts again when it stands alone.
   */
  Holder free() {
    for (Holder holder : holders) {
      if (own.values().stream()
          .noneMatch(card -> card.patient() == holder.digest() && card.state().isLive())) {
        return holder;
      }
    }
    return holders.getFirst();
  }

  boolean isOfSeveral() {
    return holders.size() > 1;
  }

  /** The same whichever of the records is asked. */
  String person() {
    return holders.stream().map(Holder::id).min(Comparator.naturalOrder()).orElseThrow();
  }
}
