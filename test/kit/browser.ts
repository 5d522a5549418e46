import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'

/** As distributions call it. */
const PROGRAMS = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']

/** A real browser, without a window. Rejects with what to install if the host has none. */
export const browser = async (): Promise<Browser> => {
  const places = (process.env['PATH'] ?? '').split(delimiter)
  const executablePath = PROGRAMS.flatMap((name) => places.map((place) => join(place, name))).find(isProgram)
  if (executablePath === undefined) throw new Error(`no browser on the PATH: install one of ${PROGRAMS.join(', ')}`)
  // Tests run as root in containers, where Chromium's own sandbox does not start.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
