/** @file From a setting to a trainer: this machine, a job folder, a command, a hosted service. */
import { BehaviorError } from '../errors.ts'
import { embeddedTrainer } from './embedded.ts'
import { createHostedTrainer, type HostedSetting } from './hosted/hosted.ts'
import type { JobOptions } from './machine/job-folder.ts'
import { createMachineTrainer } from './machine/machine.ts'
import type { Trainer } from './trainer.ts'

export type TrainerSetting =
  /** This machine. */
  | { type: 'embedded' }
  /** Writes a job folder, to be trained by hand; the next call takes the adapter from there. */
  | ({ type: 'folder' } & JobOptions)
  /** Writes a job folder and runs a command on it; `{job}` stands for the folder. */
  | ({ type: 'command'; command: string } & JobOptions)
  /** Fine-tuning at a service that speaks the OpenAI wire. */
  | ({ type: 'hosted' } & HostedSetting)

export type CreateTrainerOptions = {
  /** End the job that the service has, instead of waiting for it. */
  cancel?: boolean
  /** Model folder that is tuned, if one was named. */
  base?: string | undefined
}

/** @throws BehaviorError `invalid_option` | `service_key_missing` */
export function createTrainer(
  setting: TrainerSetting,
  { cancel = false, base }: CreateTrainerOptions = {},
): Trainer {
  if (cancel && setting.type !== 'hosted')
    throw new BehaviorError(
      'invalid_option',
      `the trainer "${setting.type}" has no job to cancel`,
      {
        hint: 'Ctrl-C ends what runs here or by a command; only jobs of a hosted trainer go on without us.',
      },
    )
  if (setting.type === 'embedded') return embeddedTrainer
  if (setting.type !== 'hosted') return createMachineTrainer(setting)
  const trainer = createHostedTrainer(setting, { cancel })
  // Before anything is paid for.
  if (!trainer.service && base === undefined) throw baseMissing(setting.model)
  return trainer
}

function baseMissing(model: string): BehaviorError {
  return new BehaviorError('invalid_option', `the adapter of "${model}" would have no base here`, {
    hint: 'Name a folder with the same model with --base, or set result: "model" where the service serves it.',
  })
}
