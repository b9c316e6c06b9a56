package health.helan.foundation.onboarding.kit;

class StepTests extends KitTests {}
