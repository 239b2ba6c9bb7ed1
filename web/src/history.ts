// What came before, by REST: the newest page, earlier pages, and gaps too wide for the socket to replay.

import type { Api } from "./api";
import type { RoomLog } from "./room_log";
import type { Message, Page } from "./types";

const PAGE = 50;
const FILL_PAGE = 100;

export class RoomHistory {
  private loaded = false;
  private filling = false;

  constructor(private readonly api: Api, private readonly roomPath: string, private readonly log: RoomLog) {}

  async loadLatest(): Promise<void> {
    if (this.loaded) return;
    const page = await this.get({ limit: PAGE });
    // Two attempts to connect may have asked at once; the second must not reset what the first has begun.
    if (this.loaded) return;
    this.log.startFrom(page.items);
    this.loaded = true;
  }

  async loadEarlier(): Promise<void> {
    const page = await this.get({ before: this.log.earliest, limit: PAGE });
    this.log.prepend(page.items);
  }

  async fillGap(): Promise<void> {
    if (this.filling) return;
    this.filling = true;
    try {
      while (this.log.hasGap) {
        const before = this.log.lastSeq;
        const page = await this.get({ after: before, limit: FILL_PAGE });
        for (const message of page.items) this.log.add(message);
        // Nothing new: the messages are not there to be had, asking again would never end.
        if (this.log.lastSeq === before) break;
      }
    } finally {
      this.filling = false;
    }
  }

  private get(query: { after?: number; before?: number; limit: number }): Promise<Page<Message>> {
    return this.api.get<Page<Message>>(`${this.roomPath}/messages`, query);
  }
}
