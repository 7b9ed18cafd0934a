/* Select: one task in several lines. Each arm brings a node of its own; the task's node is parked like a sleeper's.
 *
 * Whoever serves an arm's node ends in won(), which withdraws the other arms and readies the task. They are first all
 * unlinked, then told that they have left: what a departure sets off (a semaphore looks at its line again) finds no arm of
 * this select any more, so no second one can be served.
 *
 * An object wakes all by a splice only if it has not been told of a timer (ops->timed); a parked arm says so too. A barrier
 * whose action runs has decided about nodes that are still queued, arms among them: `committed`.
 */
#include "report.h"
#include "wait.h"

#include "../../include/cosy/select.h"

static cosy_arm *arm_of(cosy_wait *w)
{
    return (cosy_arm *)(void *)w;
}

static cosy_selection *select_of(const cosy_wait *w)
{
    return w->arg.ptr;
}

static bool queued(const cosy_arm *arm)
{
    return arm->wait.state == COSY_QUEUED;
}

/* Takes every arm that is still queued out of its line. */
static void withdraw_arms(cosy_selection *s)
{
    cosy_arm *end = s->arms + s->count;
    for (cosy_arm *arm = s->arms; arm < end; arm++)
        if (queued(arm)) {
            cosy__unlink(&arm->wait);
            arm->wait.state = COSY_CANCELLED;
            arm->wait.result = COSY_EAGAIN;
        }
    for (cosy_arm *arm = s->arms; arm < end; arm++)
        if (arm->wait.state == COSY_CANCELLED && arm->wait.ops->leave)
            arm->wait.ops->leave(&arm->wait);
}

static void won(cosy_selection *s, cosy_arm *arm)
{
    cosy_wait *w = &s->task->wait;
    if (!s->waiting) { /* an arm that is asked, the action of its barrier, has served one that stands in line already */
        if (arm->wait.ops->undo) {
            arm->wait.ops->undo(&arm->wait);
            arm->wait.result = COSY_EAGAIN;
        } /* else it has taken effect as well, and its result says so */
        arm->wait.state = COSY_CONSUMED;
        return;
    }
    s->waiting = 0;
    s->winner = (int32_t)arm->index;
    w->result = s->winner;
    w->state = arm->wait.state;
    cosy__disarm(w);
    cosy__ready(w); /* before those whom the departures let go */
    withdraw_arms(s);
}

/* ---- the task's own node ---- */

/* Time or a cancel has ended the wait. If the time was that of an arm, that arm has won. */
static void leave(cosy_wait *w)
{
    cosy_selection *s = select_of(w);
    s->waiting = 0;
    withdraw_arms(s);
    if (w->state == COSY_TIMED_OUT && !(w->flags & COSY_W_SCOPE) && w->result == COSY_ETIMEDOUT &&
        s->until <= w->loop->now) {
        s->winner = (int32_t)s->timer;
        s->arms[s->timer].wait.result = COSY_OK;
        w->result = s->winner;
    }
}

static bool undo(cosy_wait *w)
{
    cosy_selection *s = select_of(w);
    if (s->winner < 0)
        return false; /* committed, see above */
    cosy_wait *arm = &s->arms[s->winner].wait;
    if (!arm->ops->undo || !arm->ops->undo(arm))
        return false;
    arm->result = COSY_EAGAIN;
    return true;
}

static bool committed(const cosy_wait *w)
{
    const cosy_selection *s = select_of(w);
    for (uint32_t i = 0; i < s->count; i++)
        if (queued(&s->arms[i]) && cosy__granted_by_splice(&s->arms[i].wait))
            return true;
    return false;
}

static cosy_wait *winner_of(cosy_wait *w)
{
    const cosy_selection *s = select_of(w);
    return &s->arms[s->winner].wait; /* asked of one that was granted */
}

static const cosy_wait_ops selecting = {
    .what = "one of several things", .leave = leave, .undo = undo, .spliced = committed, .inner = winner_of};

/* ---- asking the arms ---- */

static void prepare(cosy_selection *s, cosy_arm *arms, unsigned count, cosy_wait *w)
{
    s->arms = arms;
    s->count = count;
    s->winner = -1;
    s->task = cosy__task(w);
    s->until = COSY_FOREVER;
    s->timer = 0;
    s->waiting = 0;
    s->won = won;
    for (unsigned i = 0; i < count; i++) {
        cosy_arm *arm = &arms[i];
        arm->wait.result = COSY_EAGAIN;
        arm->wait.state = COSY_CONSUMED;
        if (!arm->begin)
            continue; /* off: nobody looks at the rest */
        arm->wait.list = NULL;
        arm->wait.loop = w->loop;
        arm->wait.flags = COSY_W_ARM;
        arm->wait.attn = 0;
        arm->wait.spare = 0;
        arm->select = s;
        arm->index = i;
    }
}

/* Has an arm parked right behind another one of the same select? Nobody else can have queued since the first was asked. */
static bool twice_in_line(const cosy_arm *arm)
{
    cosy_wait *before = arm->wait.prev;
    return before != &arm->wait && (before->flags & COSY_W_ARM) && arm_of(before)->select == arm->select;
}

enum { PARKED = -2, SAME_LINE = -3, NO_ARM = -4 };

/* Asks an arm. PARKED, SAME_LINE, or it has won. */
static int ask(cosy_selection *s, cosy_arm *arm, int asked)
{
    if (!arm->begin)
        return asked;
    int rc = arm->begin(arm);
    if (rc != COSY_WAITING) {
        arm->wait.state = COSY_CONSUMED;
        arm->wait.result = rc;
        s->winner = (int32_t)arm->index;
        return s->winner;
    }
    if (!arm->wait.list)
        return PARKED; /* a timer */
    if (twice_in_line(arm))
        return SAME_LINE;
    if (arm->wait.ops->timed)
        arm->wait.ops->timed(&arm->wait);
    return PARKED;
}

/* Asks all arms, from `first` on and round. The number of the winner, PARKED, SAME_LINE or NO_ARM. */
static int ask_all(cosy_selection *s, uint32_t first)
{
    int rc = NO_ARM;
    if (first >= s->count)
        first = 0;
    for (uint32_t i = first; i < s->count && (rc == PARKED || rc == NO_ARM); i++)
        rc = ask(s, &s->arms[i], rc);
    for (uint32_t i = 0; i < first && (rc == PARKED || rc == NO_ARM); i++)
        rc = ask(s, &s->arms[i], rc);
    if (rc != PARKED)
        withdraw_arms(s);
    return rc;
}

static void park(cosy_selection *s, cosy_wait *w)
{
    w->ops = &selecting;
    w->list = NULL;
    w->arg.ptr = s;
    w->result = COSY_OK;
    w->state = COSY_QUEUED;
    s->waiting = 1;
}

static COSY_COLD int refuse(int code)
{
    return cosy__misuse(code, "cosy_select", NULL, NULL);
}

/* Everything but the wait: COSY_WAITING if the task is parked now, COSY_OK if an arm has won, or a refusal. */
static int begin(cosy_selection *s, cosy_arm *arms, unsigned count, unsigned first, cosy_wait *w)
{
    if (!arms || !count || count > INT32_MAX)
        return refuse(COSY_EINVAL);
    prepare(s, arms, count, w);
    int rc = ask_all(s, first);
    if (rc >= 0)
        return COSY_OK;
    if (rc == SAME_LINE)
        return refuse(COSY_EINVAL);
    park(s, w);
    return COSY_WAITING;
}

int cosy_select_begin(cosy_selection *s, cosy_arm *arms, unsigned count, unsigned first, cosy_wait *w)
{
    if (!s || !w)
        return refuse(COSY_EINVAL);
    int rc = begin(s, arms, count, first, w);
    return rc == COSY_OK && cosy__done(w, s->winner) == COSY_WAITING && w->state == COSY_FINAL ? COSY_WAITING : rc;
}

/* Nothing can ever serve it, and nobody will end it. */
static bool hopeless(const cosy_selection *s, const cosy_task *me, cosy_time deadline)
{
    if (deadline != COSY_FOREVER || s->until != COSY_FOREVER || (me->wait.attn & COSY_A_SCOPE))
        return false;
    for (uint32_t i = 0; i < s->count; i++)
        if (s->arms[i].begin)
            return false;
    return true;
}

/* The next select begins with the arm after the winner. */
static int advance(unsigned *turn, unsigned count, int winner)
{
    if (turn && winner >= 0)
        *turn = (unsigned)winner + 1 < count ? (unsigned)winner + 1 : 0;
    return winner;
}

int cosy_select(cosy_arm *arms, unsigned count, unsigned *turn, cosy_time deadline)
{
    cosy_selection s;
    cosy_task *me = cosy__me();
    if (!me)
        return refuse(COSY_ENOTASK);
    int rc = begin(&s, arms, count, turn ? *turn : 0, &me->wait);
    if (rc == COSY_OK)
        return cosy__done_here(me, advance(turn, count, s.winner));
    if (rc != COSY_WAITING)
        return rc;
    if (hopeless(&s, me, deadline)) {
        me->wait.state = COSY_CONSUMED;
        return refuse(COSY_EDEADLK);
    }
    return advance(turn, count, cosy_suspend(me, cosy_select_until(&s, deadline)));
}

/* ---- arms of the core ---- */

/* No list to stand in: the task's own timer does it. */
int cosy_until_arm(cosy_arm *arm)
{
    cosy_selection *s = arm->select;
    arm->wait.result = COSY_OK;
    if (arm->when <= arm->wait.loop->now)
        return cosy__done(&arm->wait, COSY_OK);
    if (arm->when < s->until) {
        s->until = arm->when;
        s->timer = arm->index;
    }
    arm->wait.result = COSY_EAGAIN;
    return COSY_WAITING;
}

int cosy_join_arm(cosy_arm *arm)
{
    return cosy_join_begin(arm->object, arm->place, &arm->wait);
}
