namespace MailCluster.ManageSieve.Session;

/// <summary>A command cannot be carried out; the session answers so.</summary>
internal sealed class AnswerException(Answer answer) : Exception(answer.Text)
{
    public Answer Answer { get; } = answer;
}
