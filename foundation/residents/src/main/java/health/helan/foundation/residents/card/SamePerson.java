package health.helan.foundation.residents.card;

import java.util.List;

/**
 * Which Patients are one person, as far as cards are concerned: a person has one card, whichever of
 * the linked records asks for it. Until the resident index answers this, each Patient is a person.
 */
@FunctionalInterface
public interface SamePerson {
  SamePerson ALONE = List::of;

  /** Ids of the Patients, the given one first. */
  List<String> of(String patient);
}
