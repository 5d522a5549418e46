import type { Event } from '../event.ts'
import type { Fleet } from '../fleet.ts'
import type { Instant } from '../id.ts'
import { evolveBuilds } from './build.ts'
import { evolveLease } from './lease.ts'
import { evolveMachine } from './machine.ts'
import { evolveRequest } from './request.ts'
import { evolveRun } from './run.ts'
import { evolvePerson } from './person.ts'
import { evolveSite } from './site.ts'
import { evolveWebhook, isWebhookEvent } from './webhook.ts'

/** The fleet after a fact that came about at `at`. Never refuses: a fact that cannot be is a broken invariant, and throws. */
export const evolve = (fleet: Fleet, event: Event, at: Instant): void => {
  if (isWebhookEvent(event)) return evolveWebhook(fleet, event, at)
  switch (event.type) {
    case 'siteConfigured':
    case 'operatorsTold':
    case 'poolConfigured':
    case 'platformConfigured':
    case 'tenantAdded':
    case 'tenantConfigured':
    case 'homeChosen':
    case 'homeMoved':
    case 'apiKeyAdded':
    case 'apiKeyRevoked':
      return evolveSite(fleet, event, at)
    case 'personJoined':
    case 'linkOffered':
    case 'linkMissed':
    case 'linkClaimed':
    case 'personsLinked':
    case 'personUnlinked':
    case 'personMuted':
    case 'sshKeyAdded':
    case 'sshKeyRemoved':
      return evolvePerson(fleet, event, at)
    case 'machineEnrolled':
    case 'machineConfigured':
    case 'machineDrained':
    case 'machineRetired':
    case 'machineReadied':
    case 'machineStopped':
    case 'machineQuarantined':
    case 'maintenanceSet':
    case 'maintenanceBegun':
    case 'maintenanceEnded':
    case 'machineReadmitted':
    case 'machineReported':
      return evolveMachine(fleet, event, at)
    case 'requestMade':
    case 'estimateGiven':
    case 'reservationTold':
    case 'requestCancelled':
    case 'requestAbandoned':
    case 'pollsNoted':
    case 'placeLeft':
    case 'placeTaken':
    case 'requestUnsatisfiable':
      return evolveRequest(fleet, event, at)
    case 'buildsSeen':
      return evolveBuilds(fleet, event)
    case 'leaseGranted':
    case 'machineSupplied':
    case 'machineOpened':
    case 'machineLeft':
    case 'leaseActivated':
    case 'leaseExtended':
    case 'leaseShortened':
    case 'leaseHeld':
    case 'leaseWarned':
    case 'leaseSpared':
    case 'warningMissed':
    case 'reminderSet':
    case 'leaseReminded':
    case 'leaseEnded':
      return evolveLease(fleet, event, at)
    case 'runOwed':
    case 'runEnded':
    case 'runDropped':
      return evolveRun(fleet, event, at)
  }
}
